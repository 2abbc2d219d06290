"""From a scenario and its parameter values to games: who moves when, and what a bloc wants."""
