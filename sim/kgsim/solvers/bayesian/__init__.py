"""Perfect Bayesian equilibria of games with types, and the beliefs that support them."""
