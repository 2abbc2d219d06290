"""Where the first edition of the reference model is kept: its numbers do not change when the shipped scenarios do.

Tests of the machinery that need known numbers load it; tests of what is shipped and of what pages say do not.
"""

from pathlib import Path

FIRST_EDITION = Path(__file__).parent / "fixtures" / "first_edition" / "scenarios"
