"""Lines of a combined access log, read without the census, which is what the tests check."""

import re
from dataclasses import dataclass
from pathlib import Path

COMBINED = re.compile(
    r"(?P<address>\S+) - - \[(?P<time>[^\]]+)\] "
    r'"(?P<method>\S+) (?P<path>\S+) HTTP/1\.1" (?P<status>\d{3}) (?P<bytes>\d+) '
    r'"-" "(?P<agent>[^"]*)"'
)
SUFFIX = " aau/"


@dataclass(frozen=True)
class Line:
    """One request as the web server logged it."""

    address: str
    method: str
    path: str
    status: int
    size_bytes: int
    agent: str

    @property
    def is_conda(self) -> bool:
        """Whether conda made the request."""
        return self.agent.startswith("conda/")

    @property
    def suffix(self) -> str:
        """What the plug-in added to the user agent; empty without one."""
        _, mark, rest = self.agent.partition(SUFFIX)
        return (mark + rest).strip()

    def token(self, prefix: str) -> str | None:
        """Return the value of a token, or None if the request does not have it."""
        products = dict(product.split("/", 1) for product in self.suffix.split())
        return products.get(prefix)


def read_log(path: Path) -> tuple[Line, ...]:
    """Return all lines of a log.

    Raises:
        ValueError: a line does not have the combined format.
    """
    return tuple(_line(text) for text in path.read_text(encoding="utf-8").splitlines())


def _line(text: str) -> Line:
    fields = COMBINED.fullmatch(text)
    if fields is None:
        raise ValueError(f"not a combined log line: {text!r}")
    return Line(
        address=fields["address"],
        method=fields["method"],
        path=fields["path"],
        status=int(fields["status"]),
        size_bytes=int(fields["bytes"]),
        agent=fields["agent"],
    )
