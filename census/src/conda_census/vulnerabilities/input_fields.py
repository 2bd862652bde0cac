"""Fields of JSON, YAML and TOML files, with their places for error messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from conda_census.errors import CensusError

__all__ = ["Field", "FieldError"]


class FieldError(CensusError):
    """A field that is missing or has a wrong value."""


@dataclass(frozen=True)
class Field:
    """A value of a file in JSON, YAML or TOML, with its place.

    Attributes:
        value: its value in the file; None if it is missing.
        file: the name of the file in messages.
        path: the keys that lead there, such as ``affected[0].package.name``; empty for the whole.
    """

    value: object
    file: str
    path: str = ""

    def __getitem__(self, key: str) -> Field:
        """Return the field below this one, which may be missing."""
        value = self.table().get(key)
        return Field(value, self.file, f"{self.path}.{key}" if self.path else key)

    def __bool__(self) -> bool:
        return self.value is not None

    def table(self) -> dict[str, object]:
        """Return its keys and values.

        Raises:
            FieldError: it is no table.
        """
        if not isinstance(self.value, dict):
            raise self.wrong("must be a table of keys and values")
        return self.value

    def pairs(self) -> Iterator[tuple[str, Field]]:
        """Yield each key with the field below it, in the order of the file.

        Raises:
            FieldError: it is no table, or a key is no text.
        """
        before = f"{self.path}." if self.path else ""
        for key, value in self.table().items():
            if not isinstance(key, str):
                raise self.wrong("must have texts as keys")
            yield key, Field(value, self.file, f"{before}{key}")

    def items(self) -> Iterator[Field]:
        """Yield the entries of a list; none if the field is missing.

        Raises:
            FieldError: it is no list.
        """
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise self.wrong("must be a list")
        for index, value in enumerate(self.value):
            yield Field(value, self.file, f"{self.path}[{index}]")

    def text(self) -> str:
        """Return a text that is not empty.

        Raises:
            FieldError: it is missing or no text.
        """
        if self.value is None:
            raise self.wrong("is missing")
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.wrong("must be a text that is not empty")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """Return a list of texts; an empty one if the field is missing."""
        return tuple(item.text() for item in self.items())

    def optional_text(self) -> str | None:
        """Return a text; None if the field is missing or empty."""
        return self.text() if self.value not in (None, "") else None

    def whole_number(self) -> int:
        """Return a whole number that is not negative.

        Raises:
            FieldError: it is missing or no such number.
        """
        # YAML is read with all its values as texts.
        if isinstance(self.value, str) and self.value.isdecimal():
            return int(self.value)
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < 0:
            raise self.wrong("must be a whole number from 0 on")
        return self.value

    def time(self) -> datetime:
        """Return a time in UTC, from RFC 3339.

        Raises:
            FieldError: it is missing or no time.
        """
        try:
            time = datetime.fromisoformat(self.text())
            return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
        except (ValueError, OverflowError):  # in UTC it may be before the first day of the calendar
            raise self.wrong("must be a time as 2024-01-16T23:53:20Z") from None

    def optional_time(self) -> datetime | None:
        """Return a time; None if the field is missing or empty."""
        return self.time() if self.value not in (None, "") else None

    def one_of(self, allowed: Iterable[str]) -> str:
        """Return a text of a closed list.

        Raises:
            FieldError: it is missing, or not in the list.
        """
        if (text := self.text()) not in (listed := list(allowed)):
            raise self.wrong(f"must be one of {', '.join(listed)}")
        return text

    def wrong(self, why: str) -> FieldError:
        """Return an error about this field."""
        return FieldError(f"{self.file}: {self.path or 'the whole'} {why}")
