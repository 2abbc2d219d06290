"""Equilibria of game trees with information sets."""
