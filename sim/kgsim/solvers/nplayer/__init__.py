"""Every equilibrium of strategic games of three and more players, by certified search over supports."""
