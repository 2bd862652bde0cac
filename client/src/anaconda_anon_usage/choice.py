"""Is sharing on?

The answer comes from conda's own setting ``anaconda_anon_usage`` (any condarc, ``CONDA_ANACONDA_ANON_USAGE``)
and from ``DO_NOT_TRACK``. No token file is ever touched to find it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Literal, Mapping

    DecidedBy = Literal["DO_NOT_TRACK", "setting", "unreadable setting"]

#: The setting, as it is written in a condarc.
SETTING = "anaconda_anon_usage"
#: The setting, off by default, with which a person asks for requests of the plug-in's own: see ``heartbeat``.
HEARTBEAT = "anaconda_heartbeat"
#: https://consoledonottrack.com
DO_NOT_TRACK = "DO_NOT_TRACK"


class Choice(tuple):  # type: ignore[type-arg]  # not subscriptable in Python 3.8
    """Whether sharing is on, and what decided it. (A ``NamedTuple`` takes ten times as long to define.)"""

    __slots__ = ()

    def __new__(cls, sharing: bool, decided_by: DecidedBy) -> Choice:  # noqa: D102, PYI034  Self is of 3.11
        return tuple.__new__(cls, (sharing, decided_by))

    @property
    def sharing(self) -> bool:
        """Whether it is on."""
        return bool(self[0])

    @property
    def decided_by(self) -> DecidedBy:
        """What decided it."""
        found: DecidedBy = self[1]
        return found


def choose(setting: bool | None, environ: Mapping[str, str]) -> Choice:
    """Return the user's choice.

    `setting` is conda's value of :data:`SETTING` (its default is true), or ``None`` where conda could not
    tell it: a person who wrote something there that cannot be understood has more likely meant *off*.
    ``DO_NOT_TRACK`` turns sharing off unless it is unset, empty or ``0``.
    """
    if environ.get(DO_NOT_TRACK, "").strip() not in ("", "0"):
        return Choice(sharing=False, decided_by="DO_NOT_TRACK")
    if setting is None:
        return Choice(sharing=False, decided_by="unreadable setting")
    return Choice(sharing=setting, decided_by="setting")
