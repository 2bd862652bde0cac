"""Log format from a ``log_format`` of nginx"""

from __future__ import annotations

import re
from collections.abc import Sequence

from conda_census.errors import CensusError
from conda_census.logs.parsing.log_format import LogFormat
from conda_census.logs.parsing.templates import (
    Piece,
    Variable,
    template_format,
    unescaped,
    with_address,
)
from conda_census.logs.parsing.times import TIME_SHAPE

__all__ = ["nginx_format"]

_CONDA = "conda/24.7.1 requests/2.32.3 CPython/3.12.4 Linux/6.1.0 debian/12 glibc/2.36"
_PATH = "/pkgs/main/noarch/repodata.json.zst"
_STATUS = r"\d{3}"
_BYTES = r"\d+|-"

#: Variables that are read, or that are known by more than their names.
_KNOWN = {
    variable.written: variable
    for variable in (
        Variable("$time_local", "time", 2, shape=TIME_SHAPE, example="16/Jan/2024:23:53:20 +0000"),
        Variable(
            "$time_iso8601",
            "time",
            1,
            shape=r"\d{4}-\d\d-\d\dT[\d:]+[+-]\d\d:\d\d",
            example="2024-01-16T23:53:20+00:00",
        ),
        Variable("$msec", "time", 0, shape=r"\d+\.\d{3}", example="1705449200.123"),
        Variable("$request", "request", example=f"GET {_PATH} HTTP/1.1"),
        Variable("$request_method", "method", shape="[A-Z]+|-", example="GET"),
        Variable("$request_uri", "path", 0, starts="/", example=_PATH),
        Variable("$uri", "path", 1, starts="/", example=_PATH),
        Variable("$document_uri", "path", 2, starts="/", example=_PATH),
        Variable("$status", "status", shape=_STATUS, example="200"),
        Variable("$body_bytes_sent", "bytes", 0, shape=_BYTES, example="2326"),
        Variable("$bytes_sent", "bytes", 1, shape=_BYTES, example="2600"),
        Variable("$http_user_agent", "user_agent", example=_CONDA),
        Variable("$remote_addr", "address", 1, example="192.0.2.7"),
        Variable("$realip_remote_addr", "address", 2, example="192.0.2.7"),
        Variable("$proxy_protocol_addr", "address", 3, example="192.0.2.7"),
        Variable("$http_x_real_ip", "address", 4, example="192.0.2.7"),
        Variable("$http_x_forwarded_for", "address", 5, example="192.0.2.7"),
        Variable("$proxy_add_x_forwarded_for", "address", 6, example="192.0.2.7"),
        Variable("$request_id", "request_id", example="0123456789abcdef0123456789abcdef"),
        Variable("$host", "host", 0, example="conda.example.org"),
        Variable("$http_host", "host", 1, example="conda.example.org"),
        Variable("$server_name", "host", 2, example="conda.example.org"),
        Variable("$sent_http_content_range", "range"),
        Variable("$remote_user", may_hold_anything=True),
        Variable("$remote_port", example="52431"),
        Variable("$request_time", example="0.004"),
        Variable("$scheme", example="https"),
        Variable("$server_port", example="443"),
        Variable("$server_protocol", example="HTTP/1.1"),
        Variable("$is_args", starts="?", may_be_empty=True, example=""),
    )
}
#: Other variables of nginx that occur in logs.
_PASSED_OVER = {
    "ancient_browser", "args", "binary_remote_addr", "connection", "connection_requests",
    "connection_time", "connections_active", "content_length", "content_type", "date_gmt", "date_local",
    "document_root", "fastcgi_path_info", "fastcgi_script_name", "gzip_ratio", "hostname", "http2",
    "http3", "https", "invalid_referer", "limit_conn_status", "limit_rate", "limit_req_status",
    "modern_browser", "msie", "nginx_version", "pid", "pipe", "protocol", "proxy_host", "proxy_port",
    "query_string", "quic", "realpath_root", "request_body", "request_body_file",
    "request_completion", "request_filename", "request_length", "request_port",
    "secure_link", "server_addr", "session_time", "slice_range",
    "spdy", "uid_got", "uid_set",
}  # fmt: skip
_FAMILIES = (
    "arg_", "cookie_", "geoip2_", "geoip_", "http_", "proxy_protocol_", "realip_", "sent_http_",
    "sent_trailer_", "ssl_", "tcpinfo_", "upstream_",
)  # fmt: skip
#: Values for a request that went to several servers one after the other: "0.001, 0.002 : 0.003".
_OF_UPSTREAMS = r'[^\s,"]+(?:(?:, | : )[^\s,"]+)*'

_TOKEN = re.compile(r"\$(?:\{(?P<braced>\w+)\}|(?P<bare>\w+))|(?P<text>(?:[^$\\]|\\.)+|[$\\])", re.DOTALL)


def nginx_format(
    name: str,
    place: str,
    template: str,
    address: str | None = None,
    other: Sequence[str] = (),
    sample_rate: float = 1.0,
) -> LogFormat:
    """Return the format of the lines that nginx writes with this ``log_format``.

    ``address`` is the variable that holds the client's address, ``other`` are variables that the operator's
    configuration of nginx defines.

    Raises:
        CensusError: a variable is not known, or something that a request needs is missing.
    """
    pieces = [
        unescaped(token["text"])
        if token["text"]
        else _variable(token["braced"] or token["bare"], place, other)
        for token in _TOKEN.finditer(template.strip())
    ]
    return template_format(name, "nginx", place, with_address(place, pieces, address), sample_rate)


def _variable(name: str, place: str, other: Sequence[str]) -> Piece:
    written = f"${name}"
    is_known = name in _PASSED_OVER or name.startswith(_FAMILIES) or written in other
    if written not in _KNOWN and not is_known:
        raise CensusError(
            f'{place}: unknown variable {written}: correct it, or add other = ["{written}"] if your '
            "configuration of nginx defines it"
        )
    if name.startswith("upstream_"):
        return Variable(written, shape=_OF_UPSTREAMS)
    return _KNOWN.get(written, Variable(written))
