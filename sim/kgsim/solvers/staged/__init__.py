"""Subgame-perfect equilibria of stages of play as sets, by backward induction."""
