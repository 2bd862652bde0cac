"""Real-time log format of CloudFront

A line has the fields that the operator chose, separated by tabs, in the order of CloudFront's documentation.
There is no header. The path includes its query. The operator also chooses the share of requests that is
logged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from conda_census.errors import CensusError
from conda_census.logs.parsing.drop_rules import raw_columns
from conda_census.logs.parsing.header_fields import found_in_fields, missing_fields
from conda_census.logs.parsing.log_format import LogFormat, Mark, always

__all__ = ["CLOUDFRONT_REALTIME", "configured_realtime"]

#: All fields in their order; the console chooses all of them.
_ALL_FIELDS = (
    "timestamp", "c-ip", "time-to-first-byte", "sc-status", "sc-bytes", "cs-method", "cs-protocol",
    "cs-host", "cs-uri-stem", "cs-bytes", "x-edge-location", "x-edge-request-id", "x-host-header",
    "time-taken", "cs-protocol-version", "c-ip-version", "cs-user-agent", "cs-referer", "cs-cookie",
    "cs-uri-query", "x-edge-response-result-type", "x-forwarded-for", "ssl-protocol", "ssl-cipher",
    "x-edge-result-type", "fle-encrypted-fields", "fle-status", "sc-content-type", "sc-content-len",
    "sc-range-start", "sc-range-end", "c-port", "x-edge-detailed-result-type", "c-country",
    "cs-accept-encoding", "cs-accept", "cache-behavior-path-pattern", "cs-headers", "cs-header-names",
    "cs-headers-count",
)  # fmt: skip
_LATER_FIELDS = (
    "primary-distribution-id", "primary-distribution-dns-name", "origin-fbl", "origin-lbl", "asn",
    "cmcd-encoded-bitrate", "cmcd-buffer-length", "cmcd-buffer-starvation", "cmcd-content-id",
    "cmcd-object-duration", "cmcd-deadline", "cmcd-measured-throughput", "cmcd-next-object-request",
    "cmcd-next-range-request", "cmcd-object-type", "cmcd-playback-rate", "cmcd-requested-maximum-throughput",
    "cmcd-streaming-format", "cmcd-session-id", "cmcd-stream-type", "cmcd-startup", "cmcd-top-bitrate",
    "cmcd-version", "r-host", "sr-reason", "x-edge-mqcs", "distribution-tenant-id",
)  # fmt: skip

_PATTERNS = {"timestamp": r"\d{9,10}(?:\.\d{1,6})?", "sc-status": r"\d{3}", "cs-method": "[A-Z]{3,20}"}
_EXAMPLES = {
    "timestamp": "1705449200.123",
    "c-ip": "192.0.2.7",
    "sc-status": "200",
    "sc-bytes": "2326",
    "cs-method": "GET",
    "cs-host": "conda.example.org",
    "cs-uri-stem": "/pkgs/main/noarch/repodata.json.zst",
    "x-edge-request-id": "EXAMPLE1==",
    "cs-user-agent": "conda/24.7.1%20requests/2.32.3%20CPython/3.12.4%20Linux/6.1.0%20glibc/2.36",
}


def configured_realtime(
    name: str, place: str, fields: Sequence[str], other: Sequence[str] = (), sample_rate: float = 1.0
) -> LogFormat:
    """Return the format of logs with these fields, in this order; ``other`` are names not known here.

    Raises:
        CensusError: a field is not known, or a field that every line needs is missing.
    """
    fields = [field.lower() for field in fields]
    for field in fields:
        if field not in (*_ALL_FIELDS, *_LATER_FIELDS, *other):
            raise CensusError(
                f'{place}: unknown field {field}: correct it, or add other = ["{field}"] if CloudFront has it'
            )
    if missing := missing_fields(fields):
        raise CensusError(
            f"{place}: {missing[0]} is missing, and no line counts without it: add it to the log"
        )
    content = f"Tab-separated lines with the fields {', '.join(fields)}."
    return _realtime(name, content, fields, sample_rate)


def _realtime(name: str, content: str, fields: Sequence[str], sample_rate: float = 1.0) -> LogFormat:
    return LogFormat(
        name=name,
        server="Amazon CloudFront, real-time logs",
        content=content,
        example="\t".join(_EXAMPLES.get(field, "-") for field in fields),
        line=re.compile(r"\t".join(_PATTERNS.get(field, r"[^\t]*") for field in fields).encode()),
        columns=always(raw_columns(found_in_fields(fields, "\t"))),
        marks=(
            Mark(re.compile(rb"\t"), "fields parted by tabs"),
            Mark(
                re.compile(rf"^(?:[^\t]*\t){{{len(fields) - 1}}}[^\t]*$".encode()),
                f"{len(fields)} of them",
            ),
        ),
        sample_rate=sample_rate,
    )


CLOUDFRONT_REALTIME = _realtime(
    "cloudfront-realtime",
    "Tab-separated lines with all fields, in the order of CloudFront's documentation.",
    _ALL_FIELDS,
)
