"""How does a test get a lake of version 1? One of today's, in which tokens are written in clear again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["COLUMNS", "bytes_of", "in_clear"]

#: The columns that version 1 had in clear.
COLUMNS = ("organizations", "installers", "machines")


def in_clear(lake: Path, tokens: Mapping[bytes, str]) -> None:
    """Make a lake one of version 1, which has the token in the place of each of these pseudonyms.

    Its files have no digests in their names, its commits say no totals, and its tables are not noted.

    Batches that wait are changed too. No table may have a checkpoint.
    """
    files = {path.stat().st_ino: path for path in lake.rglob("*.parquet")}  # one may have two names
    for path in files.values():
        _rewrite(path, tokens)
    for path in list(lake.rglob("*.parquet")):
        path.rename(path.with_name(_without_digest(path.name)))
    for staged in lake.glob("batches/*/*/staged.json"):
        staged.write_text(_without_digest(staged.read_text()))
    for log in lake.glob("*/_delta_log/*.json"):
        actions = [json.loads(_without_digest(line)) for line in log.read_text().splitlines()]
        actions = [each for each in actions if "/" not in each.get("txn", {}).get("appId", "")]
        for action in actions:
            _set_schema(action)
            if (
                "add" in action and (path := log.parents[1] / action["add"]["path"]).exists()
            ):  # else it was replaced
                action["add"]["size"] = path.stat().st_size
        log.write_text("".join(json.dumps(action) + "\n" for action in actions))
    (lake / "tables.json").unlink(missing_ok=True)
    manifest = lake / "lake.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"lake_version": 1}))


def bytes_of(lake: Path) -> bytes:
    """All that stands in the files of a lake, those of Parquet decompressed."""
    found = []
    for path in sorted(path for path in lake.rglob("*") if path.is_file()):
        found += [str(path).encode(), path.read_bytes()]
        if path.suffix == ".parquet":
            found += [_plain(each) for each in pq.read_table(path, partitioning=None).to_pylist()]
    return b"\n".join(found)


def _set_schema(action: dict[str, Any]) -> None:
    """Give the columns the type that they had, if this action says the schema."""
    if "metaData" in action:
        schema = json.loads(action["metaData"]["schemaString"])
        for field in schema["fields"]:
            if field["name"] in COLUMNS:
                field["type"]["elementType"] = "string"
        action["metaData"]["schemaString"] = json.dumps(schema)


def _without_digest(text: str) -> str:
    return re.sub(r"-[0-9a-f]{32}\.parquet", ".parquet", text)


def _plain(value: Any) -> bytes:  # noqa: ANN401  a value of any type
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict):
        value = list(value.items())
    if isinstance(value, list | tuple):
        return b" ".join(_plain(each) for each in value)
    return str(value).encode()


def _rewrite(path: Path, tokens: Mapping[bytes, str]) -> None:
    rows = pq.read_table(path, partitioning=None)
    for name in set(COLUMNS) & set(rows.column_names):
        values = [[tokens[each] for each in of_row] for of_row in rows[name].to_pylist()]
        place = rows.column_names.index(name)
        rows = rows.set_column(place, name, pa.array(values, pa.list_(pa.string())))
    pq.write_table(rows, path, row_group_size=7)
