"""JSON of the documents that the commands print: its keys and its values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime

__all__ = ["json_text", "keys_of", "to_json", "values_of"]


def json_text(document: object) -> str:
    """Return a document as JSON, in one line."""
    return json.dumps(to_json(document), ensure_ascii=False)


def to_json(value: object) -> object:
    """Return a value in the types of JSON: objects for dataclasses and mappings, arrays, texts, numbers.

    A day is written as 2024-01-31, and a time in UTC as 2024-01-31T23:59:59Z.
    """
    if is_dataclass(value):
        return {key: to_json(getattr(value, key)) for key in keys_of(type(value))}
    match value:
        case Mapping():
            return {str(key): to_json(item) for key, item in value.items()}
        case list() | tuple():
            return [to_json(item) for item in value]
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        case date():
            return value.isoformat()
        case _:
            return value


def keys_of(kind: type) -> tuple[str, ...]:
    """Return the keys of a dataclass in JSON: its fields, or the attributes in its ``JSON_KEYS``.

    ``JSON_KEYS`` leaves out fields that are no part of the interface, and adds properties.
    """
    keys: tuple[str, ...] | None = getattr(kind, "JSON_KEYS", None)
    return keys or tuple(field.name for field in fields(kind))


def values_of(row: object) -> tuple[object, ...]:
    """Return the values of a dataclass in the order of its keys."""
    return tuple(getattr(row, key) for key in keys_of(type(row)))
