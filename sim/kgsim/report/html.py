"""Blocks as HTML, for notebooks: no script, no outside resource, colours that work on light and dark pages."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from kgsim.report.content import Block, Bullets, Heading, Paragraph, Table, shown

_MARKED = "font-weight:bold;border:2px solid currentColor"


def render(blocks: Sequence[Block]) -> str:
    """Return the blocks as one ``div``."""
    return f'<div class="kgsim">{"".join(_rendered(block) for block in blocks)}</div>'


def _rendered(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level + 2}>{escape(text)}</h{level + 2}>"
        case Paragraph(text):
            return f"<p>{escape(text)}</p>"
        case Bullets(items):
            return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    head = "".join(f'<th style="text-align:{column.align}">{escape(column.title)}</th>' for column in table.columns)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="text-align:{column.align};{_MARKED if cell.marked else ""}">{escape(shown(cell))}</td>'
            for cell, column in zip(row, table.columns, strict=True)
        )
        + "</tr>"
        for row in table.rows
    )
    note = f"<p><small>{escape(table.note)}</small></p>" if table.note else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"
