"""Worlds, a structure of play and one draw of all parameters each, held against what happens; and what follows."""
