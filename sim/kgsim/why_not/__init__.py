"""The "why not?" page: what every other move along the equilibrium path would lead to, in one HTML file."""
