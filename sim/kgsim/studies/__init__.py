"""Many parameter points at once: designs, sweeps, and studies kept as data."""
