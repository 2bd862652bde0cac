"""How does a test write an access log? A few requests by hand, in the combined format."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

__all__ = ["SmallLog", "token"]

CONDA = "conda/24.7.1 requests/2.32.3 CPython/3.12.4 Linux/6.1.0 debian/12 glibc/2.36"
START = datetime(2024, 1, 16, 10, tzinfo=UTC)


def token(name: str) -> str:
    """A made-up token of 22 characters that shows its name."""
    return (name + "x" * 22)[:22]


@dataclass
class SmallLog:
    """Lines of an access log, one second apart."""

    lines: list[str] = field(default_factory=list)
    start: datetime = START

    def request(
        self,
        path: str = "/main/noarch/repodata.json",
        *,
        client: str | None = None,
        session: str | None = None,
        environment: str | None = None,
        suffix: str | None = None,
        agent: str = CONDA,
        method: str = "GET",
        status: int = 200,
        size: int = 1000,
        address: str = "192.0.2.7",
    ) -> SmallLog:
        """Add a request; tokens are given by name, or the whole suffix as text."""
        tokens = [
            f"{kind}/{token(name)}"
            for kind, name in (("c", client), ("s", session), ("e", environment))
            if name
        ]
        if suffix is None:
            suffix = " ".join(["aau/1.0.0", *tokens]) if tokens else ""
        user_agent = f"{agent} {suffix}".strip()
        time = (self.start + timedelta(seconds=len(self.lines))).strftime("%d/%b/%Y:%H:%M:%S +0000")
        self.lines.append(
            f'{address} - - [{time}] "{method} {path} HTTP/1.1" {status} {size} "-" "{user_agent}"'
        )
        return self

    def text(self, line: str) -> SmallLog:
        """Add a line as it is."""
        self.lines.append(line)
        return self

    def content(self) -> bytes:
        """The log as bytes."""
        return "".join(f"{line}\n" for line in self.lines).encode()

    def write(self, path: Path) -> Path:
        """Write the log and return its path."""
        path.write_bytes(self.content())
        return path
