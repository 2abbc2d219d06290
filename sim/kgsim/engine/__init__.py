"""A vectorised engine: the sets of equilibria of every structure at many parameter points at once."""
