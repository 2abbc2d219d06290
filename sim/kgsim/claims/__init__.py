"""Whether the claims of a scenario hold: verdicts over sets of equilibria, told in sentences."""
