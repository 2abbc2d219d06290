"""From solutions to findings: whether the claims of a scenario hold."""
