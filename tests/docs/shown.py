"""What pages show: their fenced blocks, and the commands in them as the real command line reads them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))]


class Block(NamedTuple):
    """A fenced block: the word after its fence, and what it holds."""

    language: str
    text: str


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(text: str, language: str | None = None) -> list[Block]:
    """All blocks, or those in one language, in order."""
    found = [Block(*match) for match in re.findall(r"^```([^\n]*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)]
    return [block for block in found if language in (None, block.language)]


def commands(block: Block) -> Iterator[list[str]]:
    """The arguments of every `kgsim` in a block of shell, without what is done with its output."""
    for line in block.text.splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;<>")
        lexer.whitespace_split, lexer.commenters = True, "#"
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word in {"&&", "|", ";", ">", "<"}:
                if words[:1] == ["kgsim"]:
                    yield [
                        name
                        for each in words[1:]
                        for name in (sorted(map(str, Path().glob(each))) if "*" in each else [each])
                    ]
                words = []
            else:
                words.append(word)


def mentions(text: str) -> Iterator[list[str]]:
    """The words of every command named within a sentence, such as `kgsim brief FILE --out brief.pdf`."""
    for mention in re.findall(r"`kgsim\s([^`]+)`", text):
        yield mention.split()


def laid_out(folder: Path) -> Path:
    """A folder in which the repository's scenarios are where pages say they are."""
    for name in ("events", "scenarios", "seeds"):
        (folder / name).symlink_to(ROOT / name)
    return folder
