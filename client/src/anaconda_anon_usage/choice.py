"""Is sharing on?

The answer comes from conda's own setting ``anaconda_anon_usage`` (any condarc, ``CONDA_ANACONDA_ANON_USAGE``)
and from ``DO_NOT_TRACK``. No token file is ever touched to find it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Literal, Mapping

#: The setting, as it is written in a condarc.
SETTING = "anaconda_anon_usage"
#: The setting, off by default, with which a person asks for requests of the plug-in's own: see ``heartbeat``.
HEARTBEAT = "anaconda_heartbeat"
#: https://consoledonottrack.com
DO_NOT_TRACK = "DO_NOT_TRACK"


class Choice(NamedTuple):
    """Whether sharing is on, and what decided it."""

    sharing: bool
    decided_by: Literal["DO_NOT_TRACK", "setting", "unreadable setting"]


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
