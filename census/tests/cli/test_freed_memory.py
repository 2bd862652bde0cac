"""Freed memory is kept where the C library can keep it."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace

import pytest

from conda_census.cli.process import keep_freed_memory


def test_glibc_is_asked_to_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 MiB of it, and to map only what is larger than 32 MiB."""
    asked: list[tuple[int, int]] = []
    library = SimpleNamespace(mallopt=lambda name, value: asked.append((name, value)))
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: library)
    keep_freed_memory()
    assert asked == [(-1, 209_715_200), (-3, 33_554_432)]


@pytest.mark.parametrize("problem", [AttributeError, OSError, TypeError])
def test_other_libraries_are_left_alone(monkeypatch: pytest.MonkeyPatch, problem: type[Exception]) -> None:
    """As on macOS, Windows and Alpine."""

    def no_library(_name: None) -> object:
        raise problem

    monkeypatch.setattr(ctypes, "CDLL", no_library)
    keep_freed_memory()
