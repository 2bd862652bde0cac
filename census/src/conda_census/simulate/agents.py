"""Which user agents do the programs of a population send, before its tokens?"""

from __future__ import annotations

from bisect import bisect
from datetime import date
from itertools import accumulate

__all__ = ["FETCHERS", "OTHER_CLIENTS", "agent_of"]

#: (when it came out, conda, Python, requests)
_RELEASES = (
    (date(2022, 11, 1), "22.11.1", "3.10.8", "2.28.1"),
    (date(2023, 3, 1), "23.3.1", "3.10.9", "2.28.1"),
    (date(2023, 7, 1), "23.7.4", "3.11.4", "2.29.0"),
    (date(2023, 11, 1), "23.11.0", "3.11.5", "2.31.0"),
    (date(2024, 1, 15), "24.1.0", "3.12.1", "2.31.0"),
    (date(2024, 5, 1), "24.5.0", "3.12.3", "2.32.2"),
    (date(2024, 11, 1), "24.11.1", "3.12.7", "2.32.3"),
    (date(2025, 5, 1), "25.5.1", "3.13.2", "2.32.3"),
)
#: Systems with the share of installations and the platform (of ``channel.SUBDIRS``) that they have.
_SYSTEMS = (
    ("Linux/5.15.0-91-generic ubuntu/22.04.3 glibc/2.35", 0.35, 0),
    ("Linux/5.14.0-362.el9.x86_64 rhel/9.3 glibc/2.34", 0.15, 0),
    ("Linux/6.1.0-17-amd64 debian/12 glibc/2.36", 0.1, 0),
    ("Darwin/23.2.0 OSX/14.2.1", 0.15, 1),
    ("Windows/10 Windows/10.0.19045", 0.15, 2),
    ("Windows/11 Windows/10.0.22631", 0.1, 2),
)

#: What fetches an installer.
FETCHERS = (
    "curl/7.88.1",
    "Wget/1.21.3",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0",
)
#: What else comes to a repository.
OTHER_CLIENTS = (
    "Mozilla/5.0 (compatible; ExampleBot/1.0; +https://bot.example/)",
    "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
)


def agent_of(chance: float, day: date) -> tuple[str, int]:
    """The agent of an installation on a day, and its platform: a number between 0 and 1 chooses them.

    Some installations follow each release, others stay up to a year behind.
    """
    shares = [share for _, share, _ in _SYSTEMS]
    place = min(bisect(list(accumulate(shares)), chance), len(shares) - 1)
    system, share, platform = _SYSTEMS[place]
    lag_days = int((chance - sum(shares[:place])) / share * 365)
    out = [release for release in _RELEASES if (day - release[0]).days >= lag_days] or [_RELEASES[0]]
    _, conda, python, requests = out[-1]
    return f"conda/{conda} requests/{requests} CPython/{python} {system} solver/libmamba", platform
