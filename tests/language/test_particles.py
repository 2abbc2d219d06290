"""Korean particles after the last sound of anything that a sentence can name."""

from __future__ import annotations

import pytest

from kgsim.language import Words
from kgsim.language.particles import particle

#: Word, and what follows it of 이/가 and of 으로/로.
ENDINGS = [
    ("미국", "이", "으로"), ("한국", "이", "으로"), ("북한", "이", "으로"), ("서울", "이", "로"),
    ("합의", "가", "로"), ("“우회 합의”", "가", "로"), ("“국경의 평온”", "이", "으로"),
    ("합의(평균)", "가", "로"), ("값 (서울)", "이", "으로"), ("A", "가", "로"), ("h", "가", "로"),
    ("L", "이", "로"), ("R", "이", "로"), ("m", "이", "으로"), ("N", "이", "으로"), ("ICBM", "이", "으로"),
    ("C_I", "가", "로"), ("H1", "이", "로"), ("H6", "이", "으로"), ("H4", "가", "로"), ("deal", "이", "로"),
    ("front", "가", "로"), ("map", "이", "으로"), ("omega", "가", "로"), ("status quo", "가", "로"),
    ("0", "이", "으로"), ("1", "이", "로"), ("2", "가", "로"), ("3", "이", "으로"), ("5", "가", "로"),
    ("7", "이", "로"), ("10", "이", "으로"), ("2,000", "이", "으로"), ("0.5", "가", "로"), ("22.5", "가", "로"),
    ("0.20", "이", "으로"), ("50%", "가", "로"), ("−3", "이", "으로"), ("各國", "가", "로"), ("", "가", "로"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "subject", "direction"), ENDINGS)
def test_particles_follow_the_last_sound(word: str, subject: str, direction: str) -> None:
    assert (particle(word, "이", "가"), particle(word, "으로", "로")) == (subject, direction)


def test_a_string_asks_for_its_slots_particle() -> None:
    said = Words("ko", {"x": "“{who}”{who:은|는} {count}{count:개|개들}로"})
    assert said("x", who="북한", count=1) == "“북한”은 1개로" and said("x", who="A", count=2) == "“A”는 2개들로"
