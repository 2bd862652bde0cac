"""Which access log is measured on? One busy day of a conda repository, made up and the same every time.

Sessions of conda fetch the index and then packages, most with the plug-in's tokens, some without the plug-in
and a few opted out. Their lines stand in the order of time, as a web server writes them.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import numpy as np

__all__ = ["Shape", "write_logs"]

Shape = Literal["combined", "cloudfront"]

_DAY = datetime(2026, 3, 2, tzinfo=UTC)
_DAY_S = 86_400
_LINES_A_SESSION = 12
_PATHS = 30_000
_AGENTS = 3_000
_CHUNK = 200_000

_ALPHABET = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype="S1")

_CLOUDFRONT_HEADER = (
    "#Version: 1.0\n"
    "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status "
    "cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header "
    "cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type "
    "cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte "
    "x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end\n"
)


@dataclass(frozen=True)
class _Traffic:
    """The requests of the day, one element each, in the order of their time."""

    seconds: np.ndarray
    session: np.ndarray
    path: np.ndarray
    size_bytes: np.ndarray
    status: np.ndarray


def write_logs(folder: Path, shape: Shape, lines: int, files: int, day: int = 0) -> list[Path]:
    """Write one day's lines into gzip files, in turn over time; return their paths. The same each time.

    Args:
        folder: where to write; it is made.
        shape: the format of the lines.
        lines: how many, in all files together.
        files: how many files: each holds a stretch of the day.
        day: which day, from 0 on: another day has other sessions of the same installations.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{shape}-{day:03}-{number}.log.gz" for number in range(files)]
    bounds = np.linspace(0, lines, files + 1).astype(int)
    random = np.random.default_rng(1000 + day)
    world = _World(random, lines // _LINES_A_SESSION)
    traffic = _traffic(random, lines, world)
    for path, begin, end in zip(paths, bounds, bounds[1:], strict=False):
        # Level 6 is what gzip and logrotate use.
        with gzip.GzipFile(path, "wb", compresslevel=6, mtime=0) as file:
            if shape == "cloudfront":
                file.write(_CLOUDFRONT_HEADER.encode())
            for chunk in _chunks(traffic, world, shape, begin, end, _DAY + timedelta(days=day), random):
                file.write(chunk)
    return paths


class _World:
    """What the requests are about: paths, agents, addresses, and the user agent of each session."""

    def __init__(self, random: np.random.Generator, sessions: int) -> None:
        fixed = np.random.default_rng(7)
        self.paths = _paths(fixed)
        self.agents = _agents(fixed)
        installations = max(sessions // 3, 1)
        clients = _tokens(fixed, installations)
        environments = _tokens(fixed, installations * 2)
        self.address_of = [
            f"198.51.{n // 250 % 100}.{n % 250}" for n in fixed.integers(0, 25_000, installations)
        ]
        self.agent_of = fixed.integers(0, _AGENTS, installations)
        self.installation = random.integers(0, installations, sessions)
        sharing = (self.installation * 7919 % 100).astype(int)
        names = _tokens(random, sessions)
        second = random.random(sessions) < 0.3
        self.user_agents = []
        for index, installation in enumerate(self.installation.tolist()):
            agent = self.agents[self.agent_of[installation]]
            if sharing[index] < 72:
                environment = environments[2 * installation + int(second[index])]
                agent += f" aau/1.0.0 c/{clients[installation]} s/{names[index]} e/{environment}"
            elif sharing[index] < 74:
                agent += " aau/1.0.0"
            self.user_agents.append(agent)


def _traffic(random: np.random.Generator, lines: int, world: _World) -> _Traffic:
    sessions = len(world.user_agents)
    session = np.sort(random.integers(0, sessions, lines))
    start = random.integers(0, _DAY_S - 120, sessions)
    seconds = start[session] + random.integers(0, 60, lines)
    path = np.minimum((random.pareto(0.8, lines) * 40).astype(np.int64), _PATHS - 1)
    is_index = np.concatenate([[True], session[1:] != session[:-1]]) | (random.random(lines) < 0.15)
    path[is_index] = random.integers(0, 24, int(is_index.sum()))
    status = np.where(is_index, np.where(random.random(lines) < 0.6, 304, 200), 200)
    size_bytes = np.where(
        status == 304, 0, (random.pareto(1.1, lines) * 40_000).astype(np.int64) % 90_000_000
    )
    order = np.argsort(seconds, kind="stable")
    return _Traffic(seconds[order], session[order], path[order], size_bytes[order], status[order])


def _chunks(
    traffic: _Traffic,
    world: _World,
    shape: Shape,
    begin: int,
    end: int,
    day: datetime,
    random: np.random.Generator,
) -> Iterator[bytes]:
    for start in range(begin, end, _CHUNK):
        stop = min(start + _CHUNK, end)
        rows = zip(
            traffic.seconds[start:stop].tolist(),
            traffic.session[start:stop].tolist(),
            traffic.path[start:stop].tolist(),
            traffic.size_bytes[start:stop].tolist(),
            traffic.status[start:stop].tolist(),
            strict=True,
        )
        if shape == "combined":
            lines = _combined(rows, world, day)
        else:
            lines = _cloudfront(rows, world, day, _tokens(random, stop - start))
        yield "".join(lines).encode()


def _combined(rows: Iterator[tuple[int, int, int, int, int]], world: _World, day: datetime) -> Iterator[str]:
    clock = [f"{day:%d/%b/%Y}:{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02} +0000" for s in range(_DAY_S)]
    address = [world.address_of[i] for i in world.installation.tolist()]
    for second, session, path, size, status in rows:
        yield (
            f'{address[session]} - - [{clock[second]}] "GET {world.paths[path]} HTTP/1.1" {status} {size} '
            f'"-" "{world.user_agents[session]}"\n'
        )


def _cloudfront(
    rows: Iterator[tuple[int, int, int, int, int]], world: _World, day: datetime, request_ids: list[str]
) -> Iterator[str]:
    clock = [f"{day:%Y-%m-%d}\t{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(_DAY_S)]
    address = [world.address_of[i] for i in world.installation.tolist()]
    encoded = {}
    for (second, session, path, size, status), request_id in zip(rows, request_ids, strict=True):
        agent = encoded.get(session) or encoded.setdefault(
            session, quote(world.user_agents[session], safe="/()+,;:")
        )
        yield (
            f"{clock[second]}\tIAD89-C1\t{size}\t{address[session]}\tGET\td111111abcdef8.cloudfront.example\t"
            f"{world.paths[path]}\t{status}\t-\t{agent}\t-\t-\tHit\t{request_id}{request_id}==\trepo.example.org\thttps"
            f"\t231\t0.004\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t53211\t0.004\tHit\t"
            f"application/octet-stream\t{size}\t-\t-\n"
        )


def _tokens(random: np.random.Generator, count: int) -> list[str]:
    letters = _ALPHABET[random.integers(0, 64, (count, 22))]
    return [token.decode() for token in np.ascontiguousarray(letters).view("S22").ravel().tolist()]


def _paths(random: np.random.Generator) -> list[str]:
    subdirs = ["linux-64", "noarch", "win-64", "osx-arm64", "linux-aarch64", "osx-64"]
    channels = ["pkgs/main", "conda-forge", "pkgs/r"]
    files = ["repodata.json.zst", "current_repodata.json", "repodata.json", "repodata_shards.msgpack.zst"]
    paths = [f"/{channels[n % 3]}/{subdirs[n % 6]}/{files[n % 4]}" for n in range(24)]
    for n in range(_PATHS - len(paths)):
        python = f"py3{random.integers(8, 14)}" if n % 3 else "pyhd8ed1ab"
        major, minor, patch = random.integers(0, 30, 3)
        paths.append(
            f"/{channels[int(random.integers(0, 3))]}/{subdirs[int(random.integers(0, 6))]}/"
            f"package-{n % 4000}-{major}.{minor}.{patch}-{python}h{random.integers(0, 1 << 28):07x}_{n % 4}"
            f"{'.conda' if n % 5 else '.tar.bz2'}"
        )
    return paths


def _agents(random: np.random.Generator) -> list[str]:
    systems = [
        "Linux/5.15.0-{0}-generic ubuntu/22.04.{1} glibc/2.35",
        "Linux/6.8.0-{0}-generic ubuntu/24.04.{1} glibc/2.39",
        "Linux/5.14.0-{0}.el9_{1}.x86_64 rhel/9.{1} glibc/2.34",
        "Darwin/24.{1}.0 OSX/15.{1}",
        "Windows/11 Windows/10.0.226{0}",
    ]
    agents = []
    for _ in range(_AGENTS):
        system = systems[int(random.integers(0, 5))].format(random.integers(10, 99), random.integers(0, 6))
        year, month = random.integers(23, 27), random.integers(1, 12)
        agents.append(
            f"conda/{year}.{month}.{random.integers(0, 3)} requests/2.32.{random.integers(0, 6)} "
            f"CPython/3.{random.integers(9, 14)}.{random.integers(0, 15)} {system} "
            f"solver/libmamba conda-libmamba-solver/{year}.{month}.0 libmambapy/2.{random.integers(0, 4)}.0"
        )
    return agents
