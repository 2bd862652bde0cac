"""Log format from a map from columns to the keys of JSON"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from conda_census.errors import CensusError
from conda_census.logs.parsing.drop_rules import raw_columns, sent_range
from conda_census.logs.parsing.json_lines import found_in_json, json_line, json_marks
from conda_census.logs.parsing.log_format import LogFormat, always
from conda_census.logs.parsing.text_lines import path_of_request
from conda_census.logs.parsing.times import any_time

__all__ = ["field_map_format"]

_EXAMPLES: dict[str, object] = {
    "time": "2024-01-16T23:53:20Z",
    "request": "GET /pkgs/main/noarch/repodata.json.zst HTTP/1.1",
    "method": "GET",
    "path": "/pkgs/main/noarch/repodata.json.zst",
    "status": 200,
    "bytes": 2326,
    "user_agent": "conda/24.7.1 requests/2.32.3 CPython/3.12.4 Linux/6.1.0 debian/12 glibc/2.36",
    "address": "192.0.2.7",
    "request_id": "EXAMPLE1",
    "host": "conda.example.org",
    "range": "bytes 0-2325/9999",
}


def field_map_format(
    name: str, place: str, keys: Mapping[str, Sequence[str]], sample_rate: float = 1.0
) -> LogFormat:
    """Return the format of JSON lines in which these keys, from the outermost, lead to the columns.

    Raises:
        CensusError: a column is not known, or a column that every line needs is missing.
    """
    for column in keys:
        if column not in _EXAMPLES:
            raise CensusError(
                f"{place}: unknown column {column}: correct it, or use one of {', '.join(_EXAMPLES)}"
            )
    needed = ["time", "status", *(["request"] if "request" in keys else ["method", "path"])]
    missing = [column for column in needed if column not in keys]
    if missing:
        raise CensusError(f"{place}: {missing[0]} has no key, and no line counts without it: add one")
    for column, path in keys.items():
        for other, longer in keys.items():
            if len(path) < len(longer) and list(longer[: len(path)]) == list(path):
                raise CensusError(
                    f"{place}: {column} and {other} cannot both be right, because one leads through the "
                    "other: correct one of them"
                )
    named = [re.escape(keys[column][-1]) for column in needed]
    columns = {"time": any_time("written_time")}
    if "request" in keys:
        words = "string_split(request, ' ')"
        columns |= {"method": f"{words}[1]", "path": path_of_request(words)}
    if "range" in keys:
        columns["range"] = sent_range("range")
    pointers = {
        "written_time" if column == "time" else column: _pointer(path) for column, path in keys.items()
    }
    return LogFormat(
        name=name,
        server="any server that writes JSON",
        content="JSON lines with the keys that `census.toml` names.",
        example=json.dumps(_example(keys), separators=(",", ":")),
        line=json_line(*named),
        columns=always(raw_columns(found_in_json(pointers, columns))),
        marks=json_marks(*named),
        sample_rate=sample_rate,
    )


def _pointer(path: Sequence[str]) -> str:
    """Return a JSON pointer (RFC 6901), in which a key may hold any character."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in path)


def _example(keys: Mapping[str, Sequence[str]]) -> dict[str, object]:
    example: dict[str, object] = {}
    for column, path in keys.items():
        inner = example
        for key in path[:-1]:
            deeper = inner.setdefault(key, {})
            assert isinstance(deeper, dict)  # noqa: S101 (no path leads through another)
            inner = deeper
        inner[path[-1]] = _EXAMPLES[column]
    return example
