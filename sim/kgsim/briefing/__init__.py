"""Briefings: from a scenario's results to a document that a decision-maker reads in ten minutes.

`findings` gathers the results, `compose` turns them into a `document`, and each renderer writes it in one format. What
is said comes from the results; how it is said, from `kgsim.language`.
"""
