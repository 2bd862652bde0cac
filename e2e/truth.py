"""The numbers that the census must report, computed from what the machines really did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from e2e.conda_client import ClientRequest

Sharing = Literal["tokens", "off"]


@dataclass(frozen=True)
class CondaCommand:
    """One conda process that made at least one request, seen on the disk and in the client's trace."""

    installation: str
    environment: str
    """The environment that the command worked on."""
    environment_existed: bool
    """Whether the environment existed when the command began, and so has a token to send."""
    sharing: Sharing
    requests: tuple[ClientRequest, ...]
    fetched: frozenset[str]
    """File names of the packages that the command brought into the package cache."""


@dataclass(frozen=True)
class OtherFetch:
    """One request of a fetcher that is not conda."""

    address: str
    method: Literal["GET", "HEAD"]
    path: str
    status: int
    kind: Literal["installer", "heartbeat", "other"]


@dataclass(frozen=True)
class Truth:
    """What happened, recorded without reading the access log."""

    day: date
    """The UTC day of the scenario, which stays within one hour of the clock."""
    commands: tuple[CondaCommand, ...]
    fetches: tuple[OtherFetch, ...]
    installer_downloads: int
    """Installers that arrived whole, in one or several pieces."""

    @property
    def installations(self) -> int:
        """Installations that made a request while sharing was on."""
        return len({command.installation for command in self._with_tokens})

    @property
    def environments_by_installation(self) -> dict[str, int]:
        """The number of environments of each installation that a session worked on while sharing was on."""
        pairs = {
            (command.installation, command.environment)
            for command in self._with_tokens
            if command.environment_existed
        }
        return {name: sum(pair[0] == name for pair in pairs) for name in sorted({pair[0] for pair in pairs})}

    @property
    def environments(self) -> int:
        """Pairs of environment and installation."""
        return sum(self.environments_by_installation.values())

    @property
    def sessions(self) -> int:
        """Conda processes that made a request while sharing was on."""
        return len(self._with_tokens)

    @property
    def opted_out_sessions(self) -> int:
        """Conda processes that made a request while sharing was off."""
        return len(self._off)

    @property
    def visits_without_token(self) -> int:
        """Distinct (network, agent) without a session token, within the one hour.

        All conda processes share one address and one agent; each fetcher's address is a network of its own.
        """
        return len({(fetch.address, "curl") for fetch in self.fetches}) + bool(self._off)

    @property
    def downloads(self) -> int:
        """Packages that arrived in a package cache."""
        return sum(len(command.fetched) for command in self.commands)

    @property
    def conda_requests(self) -> int:
        """Requests of all conda processes."""
        return _requests(self.commands)

    @property
    def opted_out_requests(self) -> int:
        """Requests that conda made while sharing was off."""
        return _requests(self._off)

    @property
    def requests(self) -> int:
        """All requests, and so the number of lines of the log."""
        return self.conda_requests + len(self.fetches)

    @property
    def other_requests(self) -> int:
        """Requests for things that do not belong to a conda repository."""
        return sum(fetch.kind == "other" for fetch in self.fetches)

    @property
    def _with_tokens(self) -> list[CondaCommand]:
        return [command for command in self.commands if command.sharing == "tokens"]

    @property
    def _off(self) -> list[CondaCommand]:
        return [command for command in self.commands if command.sharing == "off"]


def _requests(commands: Iterable[CondaCommand]) -> int:
    return sum(len(command.requests) for command in commands)
