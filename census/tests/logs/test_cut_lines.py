"""A last line that has no end yet, cut anywhere: it counts only if nothing that is read of it can change."""

from __future__ import annotations

import pytest

from census_support.oracles.raw_rows import raw_rows
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.formats.cloudfront import STANDARD_HEADER
from conda_census.logs.line_reader import LineReader

_IIS = (
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) "
    "sc-status sc-substatus sc-win32-status time-taken"
)
_IIS_LINE = (
    "2024-01-16 23:53:20 192.0.2.1 GET /main/noarch/a-1-0.conda - 443 - 192.0.2.7 conda/24.7.1 - 200 0 0 123"
)
_SHORT = "date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent) sc-bytes"
_SHORT_LINE = "2024-01-16 23:53:20 192.0.2.7 GET /main/noarch/a-1-0.conda 200 conda/24.7.1 2326"
_RANGED = "date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent) sc-bytes sc-range-start sc-range-end"
_COMBINED = (
    '10.0.0.1 - - [16/Jan/2024:23:53:20 +0000] "GET /main/noarch/a-1-0.conda HTTP/1.1" 200 2326 "-" '
    '"conda/24.7.1"'
)
_CLIENTS = [f"203.0.113.{number}, 198.51.100.7" for number in range(1, 31)]

#: By a name: the format, what stands above, and the line.
_CUT: dict[str, tuple[str, list[str], str]] = {
    **{
        name: (name, [STANDARD_HEADER.decode()] if name == "cloudfront" else [], log_format.example)
        for name, log_format in BUILT_IN.items()
    },
    "cloudfront without a header": ("cloudfront", [], BUILT_IN["cloudfront"].example),
    "iis with a header": ("iis", [f"#Fields: {_IIS}"], _IIS_LINE),
    "iis that ends with bytes": ("iis", [f"#Fields: s-port {_SHORT}"], f"443 {_SHORT_LINE}"),
    "iis that ends with what is not read": ("iis", [f"#Fields: {_SHORT} s-port"], f"{_SHORT_LINE} 443"),
    **{
        f"cloudfront-v2 parted by {separator!r}": (
            "cloudfront-v2",
            [f"#Fields: {_RANGED}"],
            separator.join([*_SHORT_LINE.split(" "), "0", "2325"]),
        )
        for separator in "\t ,|;"
    },
    "cloudfront-v2 without a range": ("cloudfront-v2", [f"#Fields: {_RANGED}"], f"{_SHORT_LINE} - -"),
    "combined behind a proxy": (
        "combined",
        [f'{_COMBINED} "{client}"' for client in _CLIENTS],
        f'{_COMBINED} "{_CLIENTS[0]}"',
    ),
    "combined behind a proxy, without quotes": (
        "combined",
        [f"{_COMBINED} {client.replace(' ', '')} 0.004" for client in _CLIENTS],
        f"{_COMBINED} {_CLIENTS[0].replace(' ', '')} 0.004",
    ),
    "combined behind a proxy, at the end": (
        "combined",
        [f"{_COMBINED} {client.replace(' ', '')}" for client in _CLIENTS],
        f"{_COMBINED} {_CLIENTS[0].replace(' ', '')}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", _CUT)
def test_a_line_that_is_cut_waits_until_it_says_what_the_whole_one_says(name: str) -> None:
    """All that is read of it, wherever it is cut; the whole line counts in most formats."""
    format_name, above, line = _CUT[name]
    log_format, first_lines = BUILT_IN[format_name], [text.encode() for text in [*above, line]]
    reader = LineReader(log_format, first_lines)
    cuts = [line[:place] for place in range(1, len(line) + 1)]
    counts = [log_format.shows_its_end and reader.is_line(cut.encode()) for cut in cuts]
    rows = raw_rows(log_format, cuts, reader.first_lines)
    whole = {key: value for key, value in rows[-1].items() if key != "line_number"}
    assert whole["dropped"] is None
    for cut, does_count, row in zip(cuts, counts, rows, strict=True):
        if does_count:
            assert {key: row[key] for key in whole} == whole, cut
    assert counts[-1] or not log_format.shows_its_end or line.endswith(("2326", "2325", "198.51.100.7"))
