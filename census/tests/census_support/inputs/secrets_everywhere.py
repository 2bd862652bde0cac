"""How does a test put a secret into every place of a user agent and of a path? All are made up."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator

__all__ = ["agents_with", "made_up_secrets", "paths_with", "shown"]

_BASE64 = string.ascii_letters + string.digits + "-_"
_HEX = "0123456789abcdef"
_PRODUCTS = (
    ("conda", "24.7.1"),
    ("requests", "2.32.3"),
    ("CPython", "3.12.4"),
    ("Linux", "6.1.0"),
    ("debian", "12"),
    ("glibc", "2.36"),
    ("solver", "libmamba"),
    ("conda-libmamba-solver", "24.1.0"),
)
_TOOLS = (
    "mamba/{}",
    "pixi/{}",
    "curl/{}",
    "Wget/{}",
    "rattler/{}",
    "Nexus/{}",
    "Bazel/release {}",
    "Java/{}",
)
_MORE_TOOLS = (
    *(
        "SomeBot/{} (+https://example.org/{})",
        "Mozilla/5.0 Chrome/{} Safari/537.36",
        "Python/3.11 aiohttp/{}",
    ),
    *("winget-cli WindowsPackageManager/{}", "PowerShell/{}", "{}", "{}/1.0", "mamba-org/{}", "dnf/{}"),
    *("Mozilla/5.0 (Windows NT; {}) WindowsPowerShell/{}", "conda/{} aau/1.0.0", "kube-probe/{}"),
)
_JOINS = (
    "",
    "/",
    " ",
    ".",
    "-",
    "_",
    "+",
    ",",
    ";",
    ":",
    "=",
    "%20",
    "_c_",
    "-c-",
    " c/",
    ";c=",
    "+g",
    "-g",
    "?token=",
)
_PATHS = (
    *("/{}/linux-64/a-1.0-0.conda", "/t/{}/main/linux-64/a-1.0-0.conda", "/get/{}/linux-64/a-1.0-0.conda"),
    *(
        "/T/{}/c/linux-64/a-1.0-0.conda",
        "/main/{}/linux-64/a-1.0-0.conda",
        "/c/label/{}/linux-64/a-1.0-0.conda",
    ),
    *(
        "/c/{}/a-1.0-0.conda",
        "/c/linux-{}/a-1.0-0.conda",
        "/c/linux-64/{}-1.0-0.conda",
        "/c/linux-64/a-{}-0.conda",
    ),
    *("/c/linux-64/a-1.0-{}.conda", "/c/linux-64/a-1.0.{}-0.conda", "/c/linux-64/a-1.0+{}-0.conda"),
    *("/c/linux-64/a-{}-1.0-0.conda", "/c/linux-64/a_{}-1.0-0.tar.bz2", "/c/linux-64/a-1.0-py_{}_0.conda"),
    *("/c/linux-64/a-1.0-{}_0.conda", "/c/linux-64/a-1.0-0.conda?{}", "/c/linux-64/a-1.0-0.conda%3Ft={}"),
    *(
        "/c/linux-64/a-1.0-0.conda#{}",
        "/c/linux-64/a-1.0-0.conda;{}",
        "//u:{}@example.org/c/linux-64/a-1.0-0.conda",
    ),
    *("https://{}@example.org/c/linux-64/a-1.0-0.conda", "/t%2F{}/c/linux-64/a-1.0-0.conda"),
    *(
        "/%2574/{}/c/linux-64/a-1.0-0.conda",
        "/{}/org/repo/conda/linux-64/a-1.0-0.conda",
        "/c/x-{}/linux-64/a-1-0.conda",
    ),
    *(
        "/miniconda/Miniconda3-{}-Linux-x86_64.sh",
        "/miniconda/Miniconda3-24.1-Linux-{}.sh",
        "/miniconda/{}.sh",
    ),
    *("/miniconda/Miniconda3-24.1.{}-Linux-x86_64.sh", "/{}/miniconda/Miniconda3-latest-Linux-x86_64.sh"),
    *("/miniconda/Miniconda3-latest-Linux-x86_64.sh?{}", "/releases/download/{}/Miniforge3-Linux-x86_64.sh"),
    *("/releases/download/24.1.{}/Miniforge3-Linux-x86_64.sh", "/c/linux-64/{}", "/c/noarch/{}.msgpack.zst"),
    *("/miniconda/Miniconda3-py39_{}-Linux-x86_64.sh", "/{}@example.org/linux-64/a-1-0.conda"),
)


def _of(letters: str, length: int) -> Callable[[random.Random], str]:
    return lambda dice: "".join(dice.choices(letters, k=length))


def _ipv4(dice: random.Random) -> str:
    return f"{dice.choice(('192.0.2', '198.51.100', '203.0.113'))}.{dice.randrange(1, 255)}"


def _uuid(dice: random.Random) -> str:
    return "-".join(_of(_HEX, length)(dice) for length in (8, 4, 4, 4, 12))


_KINDS: dict[str, Callable[[random.Random], str]] = {
    "token of the plug-in": _of(_BASE64, 22),
    "longer token": _of(_BASE64, 36),
    "subscriber": lambda dice: f"tk-{_of(_HEX, 8)(dice)}-{_uuid(dice)[9:]}",
    "40 hex": _of(_HEX, 40),
    "16 hex": _of(_HEX, 16),
    "upper hex": lambda dice: _of(_HEX, 32)(dice).upper(),
    "UUID": _uuid,
    "JWT": lambda dice: f"eyJhbGciOiJIUzI1NiJ9.eyJ{_of(_BASE64, 20)(dice)}.{_of(_BASE64, 43)(dice)}",
    "GitHub": lambda dice: f"ghp_{_of(_BASE64[:-2], 36)(dice)}",
    "IPv4": _ipv4,
    "IPv4 of a host name": lambda dice: f"ip-{_ipv4(dice).replace('.', '-')}",
    "IPv6": lambda dice: f"2001:db8:{':'.join(_of(_HEX, 4)(dice) for _ in range(6))}",
    "e-mail": lambda dice: f"{_of(string.ascii_lowercase, 8)(dice)}@example.org",
}


def made_up_secrets(dice: random.Random) -> Iterator[tuple[str, str]]:
    """One of each kind, with its kind."""
    for kind, make in _KINDS.items():
        yield kind, make(dice)


def agents_with(secret: str) -> Iterator[str]:
    """User agents that have the secret in the place of each name and version, and joined to each."""
    products = [f"{name}/{version}" for name, version in _PRODUCTS]
    usual = " ".join([*products, "aau/1.0.0"])
    for template in (*_TOOLS, *_MORE_TOOLS):
        yield template.replace("{}", secret)
    for place, (name, version) in enumerate((*_PRODUCTS, ("aau", "1.0.0"))):
        for product in (f"{name}/{secret}", f"{secret}/{version}", secret):
            yield " ".join([*usual.split()[:place], product, *usual.split()[place + 1 :]])
        for join in _JOINS:
            for product in (f"{name}/{version}{join}{secret}", f"{name}/{secret}{join}{version}"):
                yield " ".join([*usual.split()[:place], product, *usual.split()[place + 1 :]])


def paths_with(secret: str) -> Iterator[str]:
    """Paths that have the secret in each place."""
    for template in _PATHS:
        yield template.replace("{}", secret)


def shown(secret: str, text: str) -> bool:
    """Return whether a text shows so much of the secret that it may be used or told from others."""
    length = 10 if len(secret) > 15 else len(secret)
    text, secret = text.lower(), secret.lower()
    return any(secret[at : at + length] in text for at in range(len(secret) - length + 1))
