"""Detection of the log format of a file"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conda_census.errors import CutShortError, LastingSourceError, NoAccessLogError, SourceError
from conda_census.logs.blocks import MAX_LINE_BYTES
from conda_census.logs.formats import BUILT_IN, LogFormat
from conda_census.logs.other_files import archive_kind, other_log
from conda_census.logs.prefixes import PREFIXES
from conda_census.logs.sources.discovery import decompressed
from conda_census.logs.sources.readable import Readable
from conda_census.settings_file import FormatTable

__all__ = ["Beginning", "format_of", "own_formats_fit", "read_beginning"]

_BEGINNING_BYTES = 1 << 18
#: Number of lines inspected to detect the format. If they match none, the whole beginning is inspected.
_SNIFFED_LINES = 200
#: Traefik's text is combined with more fields after it. Logs of CloudFront's version 2 may have exactly the
#: fields of version 1.
_MORE_THAN = {("traefik", "combined"), ("cloudfront", "cloudfront-v2")}
#: Number of formats named for a file that matches none.
_NEAR = 3
#: Other formats of lines that a template or a JSON map in census.toml was meant to describe.
_OF_TEMPLATES = ("combined", "common", "nexus", "traefik")
_OF_JSON = ("traefik", "caddy", "cloudfront-v2", "cloudflare", "fastly", "gcp")
#: First bytes of a text whose letters have two bytes each.
_MARKS_OF_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
#: Maximum number of NUL bytes before a log that was truncated under a server without O_APPEND.
_NULLS_MAX = 1 << 34


@dataclass(frozen=True)
class Beginning:
    """First lines of a file.

    Attributes:
        lines: the lines without their ends; the last one may be cut.
        is_binary: true if the file is not text.
        encoding: the encoding of a text that is not UTF-8, if its first bytes say so.
        archive: the kind of archive, if the file is one.
        passed_over: bytes after its compressed data, if the data ends within the beginning.
    """

    lines: list[bytes]
    is_binary: bool
    encoding: str | None = None
    archive: str | None = None
    passed_over: int = 0


def read_beginning(source: Readable) -> Beginning:
    """Return the first 256 KiB of a source as lines, decompressed and without leading NUL bytes.

    For a compressed file that is cut short, return what is there, if it has at least one line.

    Raises:
        SourceError: the source cannot be read, or is damaged.
    """
    data = b""
    nulls = 0
    passed_over: list[int] = []
    try:
        for chunk in decompressed(source, passed_over.append):
            data += chunk
            if data[:1] == b"\0" and nulls < _NULLS_MAX:
                nulls += len(data)
                data = data.lstrip(b"\0")
            if len(data) >= _BEGINNING_BYTES:
                break
    except CutShortError:
        if b"\n" not in data:
            raise
    return Beginning(
        data[:_BEGINNING_BYTES].splitlines(),
        b"\0" in data,
        _MARKS_OF_ENCODINGS.get(data[:2]),
        archive_kind(data),
        sum(passed_over),
    )


def format_of(
    source: Readable, beginning: Beginning, formats: Mapping[str, LogFormat], name: str = "auto"
) -> LogFormat:
    """Return the format of most of the first lines, or the one that ``name`` forces.

    If half as many lines or more are in another format, the right one is not known, unless one format is
    known to be the other with additional fields.

    Raises:
        SourceError: no line matches any format, or none matches the forced one, and the message says why for
            each; or some lines match a format, but not all lines together; or many lines match several
            formats.
    """
    if name not in ("auto", *formats):
        raise SourceError(
            f"{source}: the format {name} is not known any more: put it back into census.toml, or name "
            "another one with --format"
        )
    candidates = list(formats.values()) if name == "auto" else [formats[name]]
    raw = [line for line in beginning.lines if 0 < len(line) <= MAX_LINE_BYTES]
    lines_by_prefix = _without_prefixes(raw)
    lines = lines_by_prefix[0]
    faults = {log_format.name: log_format.header_fault(lines) for log_format in candidates}
    fitting = [log_format for log_format in candidates if not faults[log_format.name]]
    for limit in (_SNIFFED_LINES, len(lines)):
        counts = {
            log_format.name: max(log_format.count(bare[:limit]) for bare in lines_by_prefix)
            for log_format in fitting
        }
        if any(counts.values()):
            return formats[_plainly_best(source, counts, len(lines[:limit]))]
    _refuse_other_content(source, beginning, raw)
    _expect_whole(source, beginning, candidates, faults, lines)
    nearest = _nearest(candidates, lines)
    is_like_one = name != "auto" or any(_is_like(log_format, lines) for log_format in nearest)
    raise (LastingSourceError if is_like_one else NoAccessLogError)(
        f"{source}: not an access log: none of its first {len(beginning.lines)} lines is in "
        f"{_tried(nearest, faults, lines, len(candidates) - len(nearest))}: check "
        "that it is the access log of the web server, or describe its format in census.toml"
    )


def own_formats_fit(log_format: LogFormat, own: Sequence[FormatTable], name: str) -> bool:
    """Return False if ``census.toml`` describes lines of this kind, but the file is in a built-in format.

    Return True if the format was named.
    """
    if (
        name != "auto"
        or log_format.name not in BUILT_IN
        or any(table.name == log_format.name for table in own)
    ):
        return True
    return not any(
        ((table.nginx or table.apache) and log_format.name in _OF_TEMPLATES)
        or (table.json is not None and log_format.name in _OF_JSON)
        or (table.cloudfront_realtime and log_format.name.startswith("cloudfront"))
        for table in own
    )


def _without_prefixes(lines: list[bytes]) -> list[list[bytes]]:
    """Return the lines without each of the prefixes that may precede them, as the distinct results."""
    distinct: list[list[bytes]] = []
    for prefix in PREFIXES:
        bare = [prefix.cut_off(line) for line in lines]
        if bare not in distinct:
            distinct.append(bare)
        if bare == lines:  # later prefixes cut off less
            break
    return distinct


def _plainly_best(source: Readable, counts: Mapping[str, int], lines: int) -> str:
    most = max(counts.values())
    good = [name for name, count in counts.items() if 2 * count >= most]
    best = [name for name in good if not any(_outranks(other, name) for other in good)]
    if len(best) > 1:
        several = ", ".join(f"{name} ({counts[name]})" for name in best)
        raise LastingSourceError(
            f"{source}: of its first {lines} lines many are in several formats, {several}: name the right "
            "one with --format"
        )
    return best[0]


def _refuse_other_content(source: Readable, beginning: Beginning, raw: list[bytes]) -> None:
    """Raise an error that names what a file holds, if it is known not to be an access log in UTF-8."""
    if beginning.encoding:
        raise LastingSourceError(
            f"{source}: text in {beginning.encoding}: make it UTF-8, as with "
            f"iconv -f {beginning.encoding} -t UTF-8"
        )
    if beginning.archive:
        raise NoAccessLogError(
            f"{source}: {beginning.archive}, not an access log: unpack it, and give what is in it"
        )
    if other := other_log(raw):
        raise NoAccessLogError(f"{source}: {other}, or leave this file out with --exclude")
    if beginning.is_binary:
        raise NoAccessLogError(f"{source}: a binary file, not an access log: name the log itself")


def _expect_whole(
    source: Readable,
    beginning: Beginning,
    candidates: Sequence[LogFormat],
    faults: Mapping[str, str | None],
    lines: list[bytes],
) -> None:
    """Refuse lines if some match a format one by one, but not all of them together."""
    counts = {
        log_format.name: sum(
            log_format.count([line]) for line in lines if not log_format.header_fault([line])
        )
        for log_format in candidates
        if faults[log_format.name]
    }
    if not any(counts.values()):
        return
    name = max(counts, key=lambda name: counts[name])
    raise LastingSourceError(
        f"{source}: some of its first {len(beginning.lines)} lines are in the format {name}, but it is not "
        f"read, because {faults[name]}: if its format changes, cut it there and ingest each part as a file "
        "of its own, or else describe its format in census.toml"
    )


def _outranks(name: str, other: str) -> bool:
    """Return True if lines that are in both formats belong to the first one."""
    return (name, other) in _MORE_THAN or (name not in BUILT_IN and other in BUILT_IN)


def _nearest(candidates: Sequence[LogFormat], lines: list[bytes]) -> list[LogFormat]:
    """Return the formats whose parts occur most often in the lines, the nearest first."""
    by_parts = sorted(candidates, key=lambda log_format: -_parts_in(log_format, lines))
    if len(by_parts) > _NEAR:
        by_parts = [log_format for log_format in by_parts if _parts_in(log_format, lines)]
    return by_parts[:_NEAR]


def _tried(
    nearest: Sequence[LogFormat], faults: Mapping[str, str | None], lines: list[bytes], others: int
) -> str:
    """Return a text that names the nearest formats with the reasons why the lines are not in them."""
    if not nearest:
        return f"any of the {others} formats that conda-census formats lists"
    reasons = ", ".join(
        f"{log_format.name} ({faults[log_format.name] or _missing(log_format, lines)})"
        for log_format in nearest
    )
    more = f", or the {others} others that conda-census formats lists" if others else ""
    return f"a format that was tried: {reasons}{more}"


def _parts_in(log_format: LogFormat, lines: list[bytes]) -> int:
    """Return how many parts of a format occur in at least one line."""
    return sum(any(mark.pattern.search(line) for line in lines) for mark in log_format.marks)


def _is_like(log_format: LogFormat, lines: list[bytes]) -> bool:
    """Return True if the lines have most parts of a format, and may be an access log in another format."""
    return 2 * _parts_in(log_format, lines) > len(log_format.marks)


def _missing(log_format: LogFormat, lines: list[bytes]) -> str:
    """Return a text that says which part no line has, without quoting any line."""
    for mark in log_format.marks:
        if not any(mark.pattern.search(line) for line in lines):
            return f"no line has {mark.name}"
    return "no line has all its fields in their places"
