"""Numbers as a reader wants them: four significant digits, no noise, intervals only where there is one."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

Interval = tuple[float, float]

NOISE = 1e-9
"""Residuals and differences below this are rounding and shown as 0."""

DIGITS = 12
"""Significant digits of numbers kept in files: enough for any reading, and free of the bits that differ by machine."""

_UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


#: A hyphen that is a minus sign, and one that stands between two whole numbers; in dates and commands it is neither.
_MINUS = re.compile(r"(?<![\w=)\-./])-(?=\d)")
_RANGE = re.compile(r"(?<![\w\-./])(\d{1,2})-(\d{1,2})(?![\w\-])")


def unprintable(text: str) -> str:
    r"""Return the code of the first character that documents cannot hold (XML 1.0, section 2.2), or nothing.

    >>> unprintable("ok"), unprintable("page\f"), unprintable("half of \ud83d")
    ('', 'U+000C', 'U+D83D')
    """
    found = _UNPRINTABLE.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def printable(name: str) -> str:
    r"""Return the name of a file, which the system gives as bytes, with a mark for what is no text.

    >>> printable("talks"), printable(b"\xb1\xe2.yaml".decode(errors="surrogateescape"))
    ('talks', '��.yaml')
    """
    return name.encode(errors="surrogateescape").decode(errors="replace")


def rounded(value: float, digits: int = DIGITS) -> float:
    """Return a finite number with so many significant digits, and never -0.0.

    >>> rounded(0.1 + 0.2), rounded(-0.0), rounded(1 / 3, 2)
    (0.3, 0.0, 0.33)
    """
    return float(f"{value:.{digits}g}") + 0.0


def number(value: float) -> str:
    """Return `value` with four significant digits, never in exponent form between 0.0001 and a quadrillion.

    >>> number(-32.5), number(1 / 3), number(0.0), number(123456.7), number(-1e-12)
    ('-32.5', '0.3333', '0', '123457', '0')
    """
    if abs(value) < NOISE:
        return "0"
    if 1e3 <= abs(value) < 1e15:
        text = f"{value:.1f}" if abs(value) < 1e4 else f"{value:.0f}"
        return text.removesuffix(".0")
    return f"{value:.4g}"


def true_minus(text: str) -> str:
    """Return `text` as people read it: with a minus sign before numbers, and a dash between those of a range.

    >>> true_minus("-3 to -1.5 (-2), ranks 1-9, 2025-06-13, --draws 5, A=-1")
    '−3 to −1.5 (−2), ranks 1–9, 2025-06-13, --draws 5, A=-1'
    """
    return _RANGE.sub(r"\1–\2", _MINUS.sub("−", text))


def signed(value: float) -> str:
    """Return a difference with its sign.

    >>> signed(10.0), signed(-3.0), signed(0.0)
    ('+10', '-3', '0')
    """
    text = number(value)
    return f"+{text}" if value > 0 and text != "0" else text


def interval(bounds: Interval) -> str:
    """Return ``lo to hi``, or one number where both read the same.

    >>> interval((1.0, 2.5)), interval((3.0, 3.0 + 1e-13))
    ('1 to 2.5', '3')
    """
    lower, upper = (number(bound) for bound in bounds)
    return lower if lower == upper else f"{lower} to {upper}"


def percent(probability: float) -> str:
    """Return a probability as a percentage; only certainty is 100%, only impossibility 0%.

    >>> percent(1.0), percent(0.333), percent(0.9999), percent(0.0004)
    ('100%', '33%', '>99%', '<1%')
    """
    if 0.995 <= probability < 1.0 - NOISE:
        return ">99%"
    if NOISE < probability <= 0.005:
        return "<1%"
    return f"{probability:.0%}"


def close(first: float, second: float) -> bool:
    """Whether two payoffs are the same but for rounding."""
    return math.isclose(first, second, rel_tol=1e-9, abs_tol=NOISE)


def listed(items: Iterable[str], last: str = "and") -> str:
    """Return items as prose.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "or")
    ('a', 'a and b', 'a, b or c')
    """
    *head, tail = items
    return f"{', '.join(head)} {last} {tail}" if head else tail


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun.

    >>> counted(1, "equilibrium", "equilibria"), counted(2, "claim")
    ('1 equilibrium', '2 claims')
    """
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def quoted(text: str) -> str:
    """Return a label within a sentence, without the full stop of its own.

    >>> quoted("A bypass is the worst case.")
    '“A bypass is the worst case”'
    """
    return f"“{text.rstrip('.')}”"


def capital(text: str) -> str:
    """Return `text` with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Return `text` with a full stop, unless it has one.

    >>> sentence("no ties"), sentence("No ties.")
    ('no ties.', 'No ties.')
    """
    return text if text.endswith((".", "!", "?")) else f"{text}."
