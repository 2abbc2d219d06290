"""Which of two Korean particles follows a word: it depends on the sound that the word ends in.

The last syllable of Hangul tells it by its final consonant (Unicode 15, section 3.12); digits and Latin letters are
read aloud as Korean does, and words in Latin letters by how they are mostly transcribed (국립국어원, 외래어 표기법).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Ending = Literal["vowel", "rieul", "consonant"]

_FIRST, _LAST, _FINALS, _RIEUL = 0xAC00, 0xD7A3, 28, 8

#: What closes a word and is not read: quotes, and what stands in brackets behind it.
_BEHIND = re.compile(r"(\s*[(（][^()（）]*[)）]|[\s\"'“”‘’»」』*.,;:!?…)\]])+$")

_DIGITS = dict(zip("0123456789", ("consonant", "rieul", "vowel", "consonant", "vowel",
                                  "vowel", "consonant", "rieul", "rieul", "vowel"), strict=True))  # fmt: skip
_SIGNS = {"%": "vowel", "°": "vowel", "$": "vowel", "€": "vowel"}

_NUMBER = re.compile(r"\d[\d,]*(\.\d+)?$")
_ACRONYM = re.compile(r"(?<![a-z])[A-Z]+$|(?<![A-Za-z])[A-Za-z]$")
_CLOSED = re.compile(r"(ng|[mn]|[mn]e|[^\W\d_][aeiou][bckpt]|^[aeiou][bckpt]|ck)$", re.IGNORECASE)
_LATERAL = re.compile(r"(l|le)$", re.IGNORECASE)


def ending(word: str) -> Ending:
    """Return what a word ends in, read aloud; a word that cannot be read counts as ending in a vowel.

    >>> ending("합의"), ending("서울"), ending("북한"), ending("30"), ending("ICBM"), ending("A")
    ('vowel', 'rieul', 'consonant', 'consonant', 'consonant', 'vowel')
    """
    word = unicodedata.normalize("NFC", _BEHIND.sub("", word) or word)
    last = word[-1:]
    if last and _FIRST <= ord(last) <= _LAST:
        final = (ord(last) - _FIRST) % _FINALS
        return "vowel" if not final else "rieul" if final == _RIEUL else "consonant"
    if last in _SIGNS:
        return "vowel"
    if found := _NUMBER.search(word):
        return _of_number(found[0].replace(",", ""))
    if _ACRONYM.search(word):
        return "rieul" if last in "LRlr" else "consonant" if last in "MNmn" else "vowel"
    latin = re.search("[A-Za-z]+$", word)
    if latin is None:
        return "vowel"
    return "rieul" if _LATERAL.search(latin[0]) else "consonant" if _CLOSED.search(latin[0]) else "vowel"


def _of_number(digits: str) -> Ending:
    """A whole number of full tens, hundreds and so on ends in the name of its power: 십, 백, 천, 만, 억, all closed."""
    whole = "." not in digits and len(digits) > 1 and digits.endswith("0")
    return "consonant" if whole else _DIGITS[digits[-1]]  # type: ignore[return-value]


def particle(word: str, closed: str, open_: str) -> str:
    """Return the particle that follows a word: `closed` after a consonant, `open_` after a vowel.

    Of 으로 and 로, and what starts with them, the second follows a final ㄹ too.

    >>> particle("미국", "이", "가"), particle("서울", "으로", "로"), particle("A", "와", "과")
    ('이', '로', '과')
    """
    sound = ending(word)
    if sound == "rieul" and closed.startswith("으"):
        return open_
    return open_ if sound == "vowel" else closed
