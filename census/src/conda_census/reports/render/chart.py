"""Definition of one chart of a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import altair as alt

from conda_census.reports.render.theme import Look

__all__ = ["Figure", "drawable"]

Document = TypeVar("Document")


@dataclass(frozen=True)
class Figure(Generic[Document]):
    """One chart.

    Attributes:
        name: its name in the page and as a file.
        title: what it shows.
        has_data: whether there is something to draw; a single day has no course.
        draw: the function that draws the chart.
        alternative: its figures in words.
    """

    name: str
    title: str
    has_data: Callable[[Document], bool]
    draw: Callable[[Document, Look], alt.LayerChart]
    alternative: Callable[[Document], str]


def drawable(figures: Iterable[Figure[Document]], document: Document) -> list[Figure[Document]]:
    """Return the figures that have something to draw."""
    return [figure for figure in figures if figure.has_data(document)]
