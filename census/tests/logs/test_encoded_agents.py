"""User agents whose blanks were encoded."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from census_support.inputs.small_log import token
from census_support.processes.census_process import CensusProcess
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.parsing.encoded_agents import sent_agents

_SENT = "conda/24.7.1 requests/2.32.3 debian/12 aau/0.4.4 c/AAAAAAAAAAAAAAAAAAAAAA s/-BBBBBBBBBBBBBBBBBBBB_"


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        (_SENT, _SENT),
        (_SENT.replace(" ", "%20"), _SENT),
        (_SENT.replace(" ", "%2520"), _SENT),
        (_SENT.replace("/", "%2F").replace(" ", "%20"), _SENT),
        (_SENT.replace(" ", "+"), _SENT),
        ("conda/24.7.1+abc+requests/2.32.3", "conda/24.7.1+abc requests/2.32.3"),
        ("conda/24.7.1+abc%20requests/2.32.3+d", "conda/24.7.1+abc requests/2.32.3+d"),
        ("conda/24.7.1%2Babc%20requests/2.32.3", "conda/24.7.1+abc requests/2.32.3"),
        ("conda/24.7.1 a/%20 b+c/1", "conda/24.7.1 a/%20 b+c/1"),
        ("conda/24.7.1+abc", "conda/24.7.1+abc"),
        ("conda/24.7.1+1/2", "conda/24.7.1+1/2"),
        ("conda/24.7.1%2Babc", "conda/24.7.1%2Babc"),
        ("conda/24.7.1_requests/2.32.3", "conda/24.7.1_requests/2.32.3"),
        ("conda/24.7.1%20a/1%0Ab", "conda/24.7.1%20a/1%0Ab"),
        ("conda/24.7.1%20a/1%00%1B", "conda/24.7.1%20a/1%00%1B"),
        ("conda/24.7.1%20a/%E9%zz", "conda/24.7.1 a/\ufffd%zz"),
        ("conda/24.7.1%20a/%C3%A9", "conda/24.7.1 a/\u00e9"),
        ("-", "-"),
        ("", ""),
    ],
)
def test_an_agent_is_decoded_only_where_its_blanks_were_encoded(written: str, sent: str) -> None:
    """Alone, and among others."""
    assert sent_agents(pa.array([written])).to_pylist() == [sent]
    among = pa.array(["curl/8.5.0", _SENT, written, _SENT.replace(" ", "+"), "a/1%20b/2"])
    assert sent_agents(among).to_pylist() == ["curl/8.5.0", _SENT, sent, _SENT, "a/1 b/2"]


_AGENT = "conda/24.7.1 requests/2.32.3 CPython/3.11.9 Linux/6.1.0 debian/12 glibc/2.36"
_FORMS = ("%20", "%2520", "+")
_OWN = '$remote_addr [$time_local] "$request" $status $body_bytes_sent "$http_user_agent" $request_time'


def _examples() -> dict[str, str]:
    """A line of each format, its user agent and time in braces."""
    names = ("combined", "cloudflare", "caddy", "iis", "cloudfront", "nexus", "traefik", "fastly")
    examples = {
        name: BUILT_IN[name].example for name in names if re.search(r"conda/24", BUILT_IN[name].example)
    }
    examples["own"] = (
        '192.0.2.7 [16/Jan/2024:23:53:20 +0000] "GET /main/noarch/repodata.json HTTP/1.1" 200 9 '
        f'"{_AGENT}" 0.1'
    )
    return examples


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize("name", _examples())
def test_tokens_are_read_whatever_the_format_and_the_blanks(tmp_path: Path, name: str) -> None:
    """Each form has an installation and a session, and what its agent says; nothing is told."""
    example = _examples()[name]
    written = re.search(r"conda/24\.7\.1[^\"\t]*?(?=\"|\t| - 200 )", example)
    assert written
    lines = []
    for number, blank in enumerate(_FORMS):
        for client in range(2):
            sent = f"{_AGENT} aau/0.4.4 c/{token(f'c{number}{client}')} s/{token(f's{number}{client}')}"
            line = example.replace(written[0], sent.replace(" ", blank))
            lines.append(line.replace("EXAMPLE", f"EXAMPLE{number}{client}"))
    header = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
    header += "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken"
    text = [header, *lines] if name == "iis" else lines
    (tmp_path / "access.log").write_text("".join(f"{line}\n" for line in text))
    (tmp_path / "census.toml").write_text(f"[formats.own]\nnginx = '{_OWN}'\n")
    census = CensusProcess(tmp_path)
    census.variables["CENSUS_TOML"] = "census.toml"
    done = census("ingest", "access.log", "--json", "--format", name)
    assert done.returncode == 0, done.stderr
    assert _told(tmp_path) == [("tokens", "conda", "24.7.1", "3.11.9", "debian", 6, 6)]


def _told(folder: Path) -> list[tuple[object, ...]]:
    files = folder / "census-lake" / "sessions" / "**" / "*.parquet"
    return duckdb.sql(
        "SELECT sharing, tool, tool_version, python_version, distro, count(DISTINCT client), count(*) "
        f"FROM read_parquet('{files}') GROUP BY ALL"
    ).fetchall()


def test_the_fast_path_and_sql_see_the_same_session(tmp_path: Path) -> None:
    """A line that only SQL reads, encoded or not, belongs to the session of the others."""
    sent = f"{_AGENT} aau/0.4.4 c/{token('c')} s/{token('s')}"
    start = '192.0.2.7 - - [16/Jan/2024:23:53:{}0 +0000] "GET /main/noarch/{}.json HTTP/1.1" 200 9 '
    referers = ("-", r"https://a.example.org/\x22")
    lines = [
        start.format(number, number) + f'"{referers[number % 2]}" "{sent.replace(" ", blank)}"'
        for number, blank in enumerate(("%20", "%20", "+", "+", " ", " "))
    ]
    (tmp_path / "access.log").write_text("".join(f"{line}\n" for line in lines))
    done = CensusProcess(tmp_path)("ingest", "access.log", "--json")
    assert done.returncode == 0, done.stderr
    assert _told(tmp_path) == [("tokens", "conda", "24.7.1", "3.11.9", "debian", 1, 1)]
