"""Repeated play: strategies as automata, their values, and whether anyone gains by deviating."""
