"""Shared by all tests; standing here, it also lets them import `made_up`.

Property tests draw the same examples on every run, so that a run can be repeated and a change can be blamed; new
examples are looked for with `pytest --hypothesis-profile=explore`.
"""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("repeatable")
