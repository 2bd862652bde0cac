"""Help of a command whose options are listed in groups."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

__all__ = ["GroupedCommand"]

#: Where an option without a group is listed. The help of other commands has only this heading.
_OTHERS = "Options"


class GroupedCommand(TyperCommand):
    """Command that lists its options under the headings that they name as ``rich_help_panel``.

    Typer itself does so only in boxes, which need markup. The help of this program is plain text.
    """

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  # Typer's own, not public
        """Write one section for each group, in the order in which the options name them."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if record := parameter.get_help_record(ctx):
                heading = getattr(parameter, "rich_help_panel", None) or _OTHERS
                groups.setdefault(heading, []).append(record)
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)
