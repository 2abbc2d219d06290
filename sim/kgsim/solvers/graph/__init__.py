"""Stability in conflicts told as graphs: what keeps each player, or coalition, where it is."""
