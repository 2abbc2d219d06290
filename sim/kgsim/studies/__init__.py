"""Many parameter points at once: designs, a vectorised engine for sets of equilibria, and studies kept as data."""
