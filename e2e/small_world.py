"""A channel with one installation, beside the scenario."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from e2e.channel import make_channel
from e2e.conda_client import Installation, make_installation
from e2e.distributions import unpack_conda
from e2e.programs import require
from e2e.scenario import CHANNEL, CONDARC, PACKAGES
from e2e.web_server import WebServer, serve


@dataclass(frozen=True)
class SmallWorld:
    """A web server with the scenario's channel, and one installation that is configured for it."""

    server: WebServer
    installation: Installation


@contextmanager
def small_world(folder: Path) -> Iterator[SmallWorld]:
    """Make it in an empty folder. The server runs as long as the context; the logs stay."""
    nginx = require("nginx", "nginx")
    conda_package = unpack_conda(folder / "conda-package")
    make_channel(folder / "served" / CHANNEL, PACKAGES, folder / "build", conda_package)
    home = folder / "home"
    home.mkdir()
    with serve(nginx, folder / "served", folder / "nginx") as server:
        condarc = CONDARC.format(url=server.url, channel=CHANNEL)
        yield SmallWorld(server, make_installation("alpha", folder, home, conda_package, condarc))
