"""Formats in which logs can be written, and the lines of requests in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache
from string import Formatter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from conda_census.simulate.chance import tokens
from conda_census.simulate.day_requests import Requests, texts
from conda_census.simulate.traffic import DAY_S, HUNG_UP

__all__ = ["GARBAGE", "LOG_FORMATS", "WrittenFormat", "lines_of"]

Rows = npt.NDArray[np.int64]
Column = Callable[[Rows], pa.LargeStringArray]

#: Lines that are no request, in any format.
GARBAGE = ("\x16\x03\x01\x02", "-", '192.0.2.1 - - [not a time] "GET / HTTP/1.1" 200 1 "-" "-"')
#: This many lines are made at once: few enough for the caches of a processor.
_BLOCK = 1 << 15
_LINES_A_DAY_MAX = 1 << 40
_STATUSES = 600


@dataclass(frozen=True)
class WrittenFormat:
    """Template of a format's lines.

    Attributes:
        line: its parts in braces, and those of the day as ``strftime`` has them; see ``lines.lines_of``.
        header: lines at the start of each file, each with its end.
        hung_up: the status if the client hung up before anything was sent. 499 is nginx's, which also
            represents what other servers log.
    """

    line: str
    header: str = ""
    hung_up: int = HUNG_UP


#: The status that CloudFront logs.
_NO_ANSWER = 0
_HOST = "conda.example.org"
_ISO = "%Y-%m-%dT{clock}"
#: The beginning that nginx, Apache, Traefik and Nexus share.
_COMMON = '{address} - - [%d/%b/%Y:{clock} +0000] "GET '

_CLOUDFRONT_HEADER = (
    "#Version: 1.0\n"
    "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) "
    "cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol "
    "cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type "
    "cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte "
    "x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end\n"
)
_CLOUDFRONT = (
    "%Y-%m-%d\t{clock}\tFRA56-P1\t{bytes}\t{address}\tGET\td111111abcdef8.cloudfront.net\t{path}\t{status}\t-\t"
    f"{{encoded_user_agent}}\t-\t-\tHit\t{{request_id}}==\t{_HOST}\thttps\t341\t0.001\t-\tTLSv1.3\t"
    "TLS_AES_128_GCM_SHA256\tHit\tHTTP/1.1\t-\t-\t52431\t0.001\tHit\tbinary/octet-stream\t{bytes}\t-\t-"
)
_CLOUDFRONT_V2 = (
    '{{"date":"%Y-%m-%d","time":"{clock}","sc-bytes":"{bytes}","c-ip":"{address}","cs-method":"GET",'
    '"cs-uri-stem":"{path}","sc-status":"{status}","cs(User-Agent)":"{encoded_user_agent}",'
    f'"x-edge-request-id":"{{request_id}}==","x-host-header":"{_HOST}"}}}}'
)
# All forty fields, most of them empty.
_CLOUDFRONT_REALTIME = "\t".join(
    [
        *("{epoch}.000", "{address}", "-", "{status}", "{bytes}", "GET", "https", _HOST, "{path}", "341"),
        *("FRA56-P1", "{request_id}==", _HOST, "0.001", "HTTP/1.1", "IPv4", "{encoded_user_agent}"),
        *["-"] * 23,
    ]
)
_IIS_HEADER = (
    "#Software: Microsoft Internet Information Services 10.0\n"
    "#Version: 1.0\n"
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) "
    "cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes time-taken\n"
)
_IIS = (
    "%Y-%m-%d {clock} 198.51.100.5 GET {path} - 443 - {address} {plus_user_agent} - {status} 0 0 {bytes} 12"
)
_S3 = (
    "79a5EXAMPLEowner conda-bucket [%d/%b/%Y:{clock} +0000] {address} - {request_id} REST.GET.OBJECT {key} "
    '"GET {path} HTTP/1.1" {status} - {bytes} {bytes} 12 11 "-" "{user_agent}" - s9lzHYEXAMPLE= - '
    f"TLS_AES_128_GCM_SHA256 - {_HOST} TLSv1.3 - -"
)
_CLOUDFLARE = (
    f'{{{{"ClientIP":"{{address}}","ClientRequestHost":"{_HOST}","ClientRequestMethod":"GET",'
    '"ClientRequestURI":"{path}","ClientRequestUserAgent":"{user_agent}","EdgeResponseBytes":{bytes},'
    f'"EdgeResponseStatus":{{status}},"EdgeStartTimestamp":"{_ISO}Z","ParentRayID":"00",'
    '"RayID":"{request_id}"}}'
)
_FASTLY = (
    f"<134>{_ISO}Z cache-fra-eddf8230001 conda[123]: "
    f'{{{{"timestamp":"{_ISO}+0000","client_ip":"{{address}}","host":"{_HOST}","url":"{{path}}",'
    '"request_method":"GET","request_user_agent":"{user_agent}","response_status":{status},'
    '"response_body_size":{bytes},"fastly_is_edge":true}}'
)
_GCP = (
    f'{{{{"httpRequest":{{{{"remoteIp":"{{address}}","requestMethod":"GET","requestUrl":"https://{_HOST}{{path}}",'
    '"responseSize":"{bytes}","status":{status},"userAgent":"{user_agent}"}},"insertId":"{request_id}",'
    f'"timestamp":"{_ISO}.000000Z"}}}}'
)
_CADDY = (
    '{{"level":"info","ts":{epoch}.000,"logger":"http.log.access","msg":"handled request","request":'
    f'{{{{"remote_ip":"{{address}}","client_ip":"{{address}}","proto":"HTTP/2.0","method":"GET","host":"{_HOST}",'
    '"uri":"{path}","headers":{{"User-Agent":["{user_agent}"]}}}},"duration":0.001,"size":{bytes},'
    '"status":{status}}}'
)
_TRAEFIK = (
    '{{"ClientHost":"{address}","DownstreamContentSize":{bytes},"DownstreamStatus":{status},'
    f'"RequestHost":"{_HOST}","RequestMethod":"GET","RequestPath":"{{path}}","StartUTC":"{_ISO}.000000000Z",'
    '"request_User-Agent":"{user_agent}"}}'
)

#: By their names in ``logs.formats``. ``common`` has no user agents, and so no installations.
LOG_FORMATS: dict[str, WrittenFormat] = {
    "combined": WrittenFormat(_COMMON + '{path} HTTP/1.1" {status} {bytes} "-" "{user_agent}"'),
    "common": WrittenFormat(_COMMON + '{path} HTTP/1.1" {status} {bytes}'),
    "nexus": WrittenFormat(
        _COMMON + '/repository{path} HTTP/1.1" {status} - {bytes} 12 "{user_agent}" [qtp1-23]'
    ),
    "traefik": WrittenFormat(_TRAEFIK),
    "caddy": WrittenFormat(_CADDY),
    "cloudfront": WrittenFormat(_CLOUDFRONT, _CLOUDFRONT_HEADER, _NO_ANSWER),
    "cloudfront-v2": WrittenFormat(_CLOUDFRONT_V2, hung_up=_NO_ANSWER),
    "cloudfront-realtime": WrittenFormat(_CLOUDFRONT_REALTIME, hung_up=_NO_ANSWER),
    "iis": WrittenFormat(_IIS, _IIS_HEADER),
    "s3": WrittenFormat(_S3),
    "cloudflare": WrittenFormat(_CLOUDFLARE),
    "fastly": WrittenFormat(_FASTLY),
    "gcp": WrittenFormat(_GCP),
    "artifactory": WrittenFormat(
        f"{_ISO}.000Z|{{request_id}}|{{address}}|anonymous|GET|/api/conda{{path}}|{{status}}|-1|{{bytes}}|12|"
        "{user_agent}"
    ),
}


def lines_of(requests: Requests, rows: Rows, log_format: WrittenFormat, seed: int) -> Iterator[bytes]:
    """Yield the lines of some rows with their line ends, many at once.

    Args:
        requests: the requests of a day.
        rows: the selected rows, in order.
        log_format: the format of the lines; ``_columns`` names the parts that one may have.
        seed: the seed of the scenario.
    """
    pieces = [*Formatter().parse(requests.day.strftime(log_format.line) + "\n")]
    columns = _columns(requests, log_format, {name for _, name, _, _ in pieces if name is not None}, seed)
    garbage = texts([line + "\n" for line in GARBAGE])
    for begin in range(0, len(rows), _BLOCK):
        block = rows[begin : begin + _BLOCK]
        parts = []
        for text, name, _, _ in pieces:
            parts += [pa.scalar(text, pa.large_string())] if text else []
            parts += [columns[name](block)] if name is not None else []
        lines = pc.binary_join_element_wise(*parts, pa.scalar("", pa.large_string()))
        sender = requests.sender[block]
        if (sender < 0).any():
            places = np.where(sender < 0, len(block) + (-1 - sender) % len(GARBAGE), np.arange(len(block)))
            lines = pa.concat_arrays([lines, garbage]).take(pa.array(places))
        yield _bytes(lines)


def _columns(requests: Requests, log_format: WrittenFormat, names: set[str], seed: int) -> dict[str, Column]:
    """Return for each part of a line a function that makes it from rows."""
    midnight_s = int(datetime.combine(requests.day, time(), UTC).timestamp())
    # A line without a sender is made as if the first one had sent it, and then replaced.
    sender, clock = np.maximum(requests.sender, 0), _clock()
    statuses = [f"{status:03}" for status in range(_STATUSES)]
    statuses[HUNG_UP] = f"{log_format.hung_up:03}"
    user_agents = requests.user_agents
    blank = {"encoded_user_agent": "%20", "plus_user_agent": "+"}
    if others := names & blank.keys():
        user_agents = pc.replace_substring(user_agents, " ", blank[others.pop()])

    def taken(values: pa.LargeStringArray, places: npt.NDArray[np.int32]) -> Column:
        return lambda rows: values.take(pa.array(places[rows]))

    def request_ids(rows: Rows) -> pa.LargeStringArray:
        return tokens(seed, "request", requests.number * _LINES_A_DAY_MAX + rows)

    made: dict[str, Column] = {
        "address": taken(requests.addresses, sender),
        "clock": taken(clock, requests.second),
        "epoch": lambda rows: _written(midnight_s + requests.second[rows]),
        "path": taken(requests.paths, requests.path),
        "key": taken(pc.utf8_slice_codeunits(requests.paths, 1), requests.path),
        "status": taken(texts(statuses), requests.status),
        "bytes": lambda rows: _written(requests.size_bytes[rows]),
        "user_agent": taken(user_agents, sender),
        "encoded_user_agent": taken(user_agents, sender),
        "plus_user_agent": taken(user_agents, sender),
        "request_id": request_ids,
    }
    return {name: made[name] for name in names}


def _written(numbers: npt.NDArray[np.signedinteger[Any]]) -> pa.LargeStringArray:
    return pa.array(numbers).cast(pa.large_string())


def _bytes(lines: pa.LargeStringArray) -> bytes:
    """Return all lines in sequence, as they lie in memory."""
    _, offsets, content = lines.buffers()
    begin, end = np.frombuffer(offsets, dtype=np.int64)[[lines.offset, lines.offset + len(lines)]]
    return bytes(memoryview(content)[begin:end])


@lru_cache(maxsize=1)
def _clock() -> pa.LargeStringArray:
    """Return the time of each second of a day."""
    return texts([f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}" for second in range(DAY_S)])
