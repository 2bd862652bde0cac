"""What does a file say in one of its fields, and where does that field stand?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from conda_census.errors import CensusError

__all__ = ["Field", "FieldError"]


class FieldError(CensusError):
    """A field that is missing, or that does not hold what belongs there."""


@dataclass(frozen=True)
class Field:
    """A value of a file in JSON, YAML or TOML, with its place.

    Attributes:
        value: as the file has it; None where there is none.
        file: the file, as messages name it.
        path: the keys that lead there, such as ``affected[0].package.name``; empty for the whole.
    """

    value: object
    file: str
    path: str = ""

    def __getitem__(self, key: str) -> Field:
        """The field below this one, which may be missing."""
        value = self.table().get(key)
        return Field(value, self.file, f"{self.path}.{key}" if self.path else key)

    def __bool__(self) -> bool:
        return self.value is not None

    def table(self) -> dict[str, object]:
        """Its keys and values.

        Raises:
            FieldError: it is none.
        """
        if not isinstance(self.value, dict):
            raise self.wrong("must be a table of keys and values")
        return self.value

    def pairs(self) -> Iterator[tuple[str, Field]]:
        """Each key with the field below it, in the order of the file.

        Raises:
            FieldError: it is no table, or a key is no text.
        """
        before = f"{self.path}." if self.path else ""
        for key, value in self.table().items():
            if not isinstance(key, str):
                raise self.wrong("must have texts as keys")
            yield key, Field(value, self.file, f"{before}{key}")

    def items(self) -> Iterator[Field]:
        """The entries of a list; none where the field is missing.

        Raises:
            FieldError: it is no list.
        """
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise self.wrong("must be a list")
        for number, value in enumerate(self.value):
            yield Field(value, self.file, f"{self.path}[{number}]")

    def text(self) -> str:
        """A text that is not empty.

        Raises:
            FieldError: it is missing or none.
        """
        if self.value is None:
            raise self.wrong("is missing")
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.wrong("must be a text that is not empty")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """A list of texts; none where the field is missing."""
        return tuple(item.text() for item in self.items())

    def optional_text(self) -> str | None:
        """A text, or None where there is none or it is empty."""
        return self.text() if self.value not in (None, "") else None

    def whole_number(self) -> int:
        """A whole number that is not negative.

        Raises:
            FieldError: it is missing or none.
        """
        # YAML is read with all its values as texts.
        if isinstance(self.value, str) and self.value.isdecimal():
            return int(self.value)
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < 0:
            raise self.wrong("must be a whole number from 0 on")
        return self.value

    def time(self) -> datetime:
        """A time in UTC, from RFC 3339.

        Raises:
            FieldError: it is missing or none.
        """
        try:
            found = datetime.fromisoformat(self.text())
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError):  # in UTC it may be before the first day of the calendar
            raise self.wrong("must be a time as 2024-01-16T23:53:20Z") from None

    def optional_time(self) -> datetime | None:
        """A time, or None where there is none."""
        return self.time() if self.value not in (None, "") else None

    def one_of(self, known: Iterable[str]) -> str:
        """A text of a closed list.

        Raises:
            FieldError: it is missing, or another one.
        """
        if (found := self.text()) not in (listed := list(known)):
            raise self.wrong(f"must be one of {', '.join(listed)}")
        return found

    def wrong(self, why: str) -> FieldError:
        """What to tell of this field."""
        return FieldError(f"{self.file}: {self.path or 'the whole'} {why}")
