"""The scenario: what two conda installations and a few other visitors do with a repository."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from e2e.channel import Package, make_channel
from e2e.conda_client import CommandResult, Installation, make_installation
from e2e.curl_client import Curl
from e2e.distributions import unpack_conda
from e2e.truth import CondaCommand, OtherFetch, Sharing, Truth
from e2e.web_server import WebServer, serve

CHANNEL = "acme/main"
PACKAGES = (
    Package("libacme", "1.0", 0, "linux-64", ".conda"),
    Package("acme-core", "1.0", 0, "linux-64", ".conda", ("libacme >=1.0",)),
    Package("acme-core", "1.1", 0, "linux-64", ".conda", ("libacme >=1.0",)),
    Package("acme-data", "2.0", 0, "noarch", ".tar.bz2"),
    Package("acme-plot", "3.2.1", 2, "noarch", ".conda", ("acme-data",)),
    Package("acme-tools", "0.9", 1, "noarch", ".conda", ("acme-core", "acme-data")),
)
INSTALLER = "miniconda/Miniconda3-latest-Linux-x86_64.sh"
INSTALLER_SIZE_BYTES = 300_000
INSTALLER_PIECE_BYTES = 180_000

HOUR = "%Y-%m-%dT%H"

CONDARC = """\
channels:
  - {url}/{channel}
channel_alias: {url}
default_channels: []
solver: classic
always_yes: true
auto_update_conda: false
report_errors: false
local_repodata_ttl: 0
"""
"""With a time to live of zero, each command requests the index. All requests go to the local server."""


@dataclass(frozen=True)
class Outcome:
    """The results of the scenario, after the server has stopped."""

    truth: Truth
    access_log: Path
    info: dict[str, str]
    """The output of ``conda info``, by installation."""
    environment_tokens: dict[str, str]
    """The token file's first line, by environment."""


@dataclass
class _Play:
    """The scenario while it runs."""

    server: WebServer
    home: Path
    sharing: Sharing = "tokens"
    commands: list[CondaCommand] = field(default_factory=list)
    fetches: list[OtherFetch] = field(default_factory=list)

    def conda(self, installation: Installation, environment: str, *arguments: str) -> CommandResult:
        """Run conda on an environment and record what it did, if it made a request."""
        existed = installation.has_environment(environment)
        result = installation.conda(*arguments)
        if result.requests:
            self.commands.append(
                CondaCommand(
                    installation=installation.name,
                    environment=environment,
                    environment_existed=existed,
                    sharing=self.sharing,
                    requests=result.requests,
                    fetched=result.fetched,
                )
            )
        return result

    def choose(self, installation: Installation, sharing: Sharing) -> None:
        """Opt out, or in again, as the documentation says."""
        installation.conda("config", "--set", "anaconda_anon_usage", "on" if sharing == "tokens" else "off")
        self.sharing = sharing

    def fetch(
        self,
        curl: Curl,
        path: str,
        *options: str,
        kind: Literal["installer", "heartbeat", "other"],
        method: Literal["GET", "HEAD"] = "GET",
    ) -> None:
        """Fetch something as another visitor, and record it."""
        head = ("--head",) if method == "HEAD" else ()
        status = curl.fetch(f"{self.server.url}/{path}", *head, *options)
        self.fetches.append(OtherFetch(curl.address, method, f"/{path}", status, kind))


def run_scenario(folder: Path, nginx: Path, curl: Path) -> Outcome:
    """Run the scenario within one hour of the clock, so that its sessions without a token can be counted.

    Args:
        folder: an empty folder for everything, including the user's home.
        nginx: the web server.
        curl: the command-line fetcher.
    """
    conda_package = unpack_conda(folder / "conda-package")
    document_root = folder / "served"
    make_channel(document_root / CHANNEL, PACKAGES, folder / "build", conda_package)
    _make_installer(document_root / INSTALLER)
    outcome, same_hour = _attempt(folder / "first", document_root, conda_package, nginx, curl)
    if same_hour:
        return outcome
    return _attempt(folder / "second", document_root, conda_package, nginx, curl)[0]


def _attempt(
    folder: Path, document_root: Path, conda_package: Path, nginx: Path, curl: Path
) -> tuple[Outcome, bool]:
    """Run everything once; the second value is whether all of it was within one hour of the clock."""
    folder.mkdir()
    home = folder / "home"
    home.mkdir()
    begin = datetime.now(tz=UTC)
    with serve(nginx, document_root, folder / "nginx") as server:
        condarc = CONDARC.format(url=server.url, channel=CHANNEL)
        alpha = make_installation("alpha", folder, home, conda_package, condarc)
        beta = make_installation("beta", folder, home, conda_package, condarc)
        play = _Play(server=server, home=home)
        _strangers_fetch_installers(play, curl)
        _alpha_works_and_clones(play, alpha)
        _beta_opts_out_and_in(play, beta)
        _others_pass_by(play, curl)
        info = {
            installation.name: installation.conda("info", trace=False).stdout
            for installation in (alpha, beta)
        }
    end = datetime.now(tz=UTC)
    truth = Truth(
        day=begin.date(),
        commands=tuple(play.commands),
        fetches=tuple(play.fetches),
        installer_downloads=2,
    )
    tokens = _environment_tokens(alpha) | _environment_tokens(beta)
    return Outcome(truth, server.access_log, info, tokens), f"{begin:{HOUR}}" == f"{end:{HOUR}}"


def _strangers_fetch_installers(play: _Play, curl: Path) -> None:
    """Fetch the installer as two people: one whole, one in two pieces."""
    first = Curl(curl, "127.0.0.2", play.home)
    play.fetch(first, INSTALLER, kind="installer")
    second = Curl(curl, "127.0.0.3", play.home)
    play.fetch(second, INSTALLER, "--range", f"0-{INSTALLER_PIECE_BYTES - 1}", kind="installer")
    play.fetch(second, INSTALLER, "--range", f"{INSTALLER_PIECE_BYTES}-", kind="installer")


def _alpha_works_and_clones(play: _Play, alpha: Installation) -> None:
    """Create, install, share through the package cache, upgrade, update, clone."""
    play.conda(alpha, "analysis", "create", "--name", "analysis", "acme-core=1.0")
    play.conda(alpha, "analysis", "install", "--name", "analysis", "acme-data")
    play.conda(alpha, "service", "create", "--name", "service", "acme-core=1.0", "acme-data")
    play.conda(alpha, "analysis", "update", "--name", "analysis", "acme-core")
    play.conda(alpha, "service", "update", "--name", "service", "--all")
    play.conda(alpha, "analysis-copy", "create", "--name", "analysis-copy", "--clone", "analysis")
    play.conda(alpha, "analysis-copy", "install", "--name", "analysis-copy", "acme-tools")


def _beta_opts_out_and_in(play: _Play, beta: Installation) -> None:
    """Work in one environment, opt out, work, and opt in again."""
    play.conda(beta, "web", "create", "--name", "web", "acme-tools")
    play.conda(beta, "web", "update", "--name", "web", "--all")
    play.choose(beta, "off")
    play.conda(beta, "web", "install", "--name", "web", "acme-plot")
    play.conda(beta, "web", "update", "--name", "web", "--all")
    play.choose(beta, "tokens")
    play.conda(beta, "web", "update", "--name", "web", "--all")


def _others_pass_by(play: _Play, curl: Path) -> None:
    """Request the start page, a file that does not exist, and a heartbeat."""
    visitor = Curl(curl, "127.0.0.4", play.home)
    play.fetch(visitor, "", kind="other")
    play.fetch(visitor, "favicon.ico", kind="other")
    play.fetch(visitor, f"{CHANNEL}/noarch/activate-0.0.0-0.conda", kind="heartbeat", method="HEAD")


def _make_installer(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"#" * INSTALLER_SIZE_BYTES)


def _environment_tokens(installation: Installation) -> dict[str, str]:
    """Return the token of each environment: the first line of its file."""
    files = installation.root_prefix.glob("envs/*/etc/aau_token")
    return {file.parent.parent.name: file.read_text(encoding="utf-8").splitlines()[0] for file in files}
