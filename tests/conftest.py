"""Shared by all tests; standing here, it also lets them import `made_up`."""
