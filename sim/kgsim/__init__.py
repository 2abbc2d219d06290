"""kgsim: negotiations as games."""
