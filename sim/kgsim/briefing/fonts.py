"""Fonts that show what a briefing says: Hangul needs one that is installed, and none is shipped."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import matplotlib
from matplotlib import font_manager
from matplotlib.font_manager import FontProperties

from kgsim.errors import OutputError
from kgsim.plots.text import drawable, families, look_for_fonts


def check(texts: Iterable[str]) -> None:
    """Check that some installed font has every Hangul letter of the texts.

    Raises
    ------
    OutputError
        If none has.
    """
    hangul = sorted({letter for text in texts for letter in text if _is_hangul(letter)})
    if not hangul:
        return
    look_for_fonts()
    if drawable("".join(hangul)) != "".join(hangul):
        raise OutputError(
            "the briefing holds Hangul and no installed font shows it. Install one, such as Noto Sans CJK "
            "(Debian and Ubuntu: apt-get install fonts-noto-cjk; macOS and Windows bring one), or write it with "
            "--lang en."
        )


def names() -> list[str]:
    """Return the families to set text in besides the document's own: those that the figures use."""
    return families()


def directories() -> list[Path]:
    """Return the directories that hold these fonts."""
    found = [Path(matplotlib.get_data_path()) / "fonts" / "ttf"]
    found += [Path(font_manager.findfont(FontProperties(family=[name]))).parent for name in families()[1:]]
    return list(dict.fromkeys(found))


def _is_hangul(letter: str) -> bool:
    return "\uac00" <= letter <= "\ud7a3" or "\u1100" <= letter <= "\u11ff" or "\u3130" <= letter <= "\u318f"
