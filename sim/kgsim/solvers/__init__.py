"""Solvers: a game goes in, a solution comes out that says how it was found and whether it is complete.

One algorithm a file. Nothing here knows about scenarios; the games are plain arrays and trees.
"""
