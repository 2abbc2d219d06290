"""Negotiation over rounds: how the situation moves, policies for it, and play simulated many times."""
