"""Parts of the terminal reports: section headings and tables of numbers."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

__all__ = ["number_table", "section"]


def section(title: str, *parts: RenderableType) -> RenderableType:
    """Return a rule with a title, and the parts below it."""
    return Group(Text(), Rule(Text(title, style="bold"), align="left", style="dim"), *parts)


def number_table(first: str, *numbers: str) -> Table:
    """Return a table without rows: a column of words, and columns of numbers."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(first, overflow="fold")
    for heading in numbers:
        # Never truncate: a number that ends in an ellipsis is another number.
        table.add_column(heading, justify="right", overflow="fold")
    return table
