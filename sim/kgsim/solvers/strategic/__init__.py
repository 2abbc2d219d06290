"""Nash equilibria of one strategic game as a set with a certificate."""
