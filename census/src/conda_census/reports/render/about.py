"""Facts about a page: its repository, its date, and the version that made it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from conda_census import __version__

__all__ = ["About"]


@dataclass(frozen=True)
class About:
    """Facts about a page.

    Attributes:
        title: the name of the repository, or empty.
        made_at: when it was made, or None if that is not to be shown.
    """

    title: str = ""
    made_at: datetime | None = None

    @classmethod
    def now(cls, title: str | None) -> About:
        """Return the facts about a page that is made now."""
        return cls(title or "", datetime.now(UTC))

    def sentence(self) -> str:
        """Return when and by which version the page was made."""
        when = f" on {self.made_at.day} {self.made_at:%B %Y, %H:%M} UTC" if self.made_at else ""
        return f"Made{when} by conda-census {__version__}."
