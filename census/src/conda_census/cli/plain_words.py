"""Plain words for a value that an option does not take: what to give, and not what a parser expects."""

from __future__ import annotations

import re
from typing import Any

import typer
from typer.core import TyperGroup

__all__ = ["PlainGroup", "plain_words"]

#: By what the parser says.
_WORDS = {
    r".*does not match the formats? .*": "give a day as 2024-01-31",
    r"Input should be a valid integer.*": "give a whole number",
    r"Input should be a valid number.*": "give a number",
    r"Input should be greater than or equal to (\S+)": r"give \1 or more",
    r"Input should be greater than (\S+)": r"give more than \1",
    r"Input should be less than or equal to (\S+)": r"give \1 or less",
    r"Input should be less than (\S+)": r"give less than \1",
    r"Input should be a finite number.*": "give a number",
}


def plain_words(message: str) -> str:
    """Return what to give in place of a value, if a parser's message says only what it expects."""
    for pattern, words in _WORDS.items():
        if match := re.fullmatch(pattern, message.rstrip("."), re.DOTALL):
            return match.expand(words)
    return message


class PlainGroup(TyperGroup):
    """Commands whose options are refused in plain words."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **more: Any) -> Any:  # noqa: ANN401
        """Refuse an empty text, and an option that is given two values: only the last would count.

        A variable that is not set leaves an empty text, and no name, day or place is empty: a default would
        be taken for it, or a package without a name be looked for.
        """
        for before, arg in zip(["", *args], args, strict=False):
            if arg == "" or re.fullmatch(r"--[a-z-]+=", arg):
                option = arg[:-1] if arg else before
                hint = option if option.startswith("-") else None
                raise typer.BadParameter("it is empty: give a value, or leave it out", param_hint=hint)
        if twice := self._given_twice(args):
            raise typer.BadParameter("it is given twice: give it once", param_hint=twice)
        return super().make_context(info_name, args, *rest, **more)

    def _given_twice(self, args: list[str]) -> str | None:
        """Return an option of the command in ``args`` that takes one value and has two that differ."""
        command: Any = self
        values: dict[int, str] = {}
        for place, arg in enumerate(args):
            if arg == "--":
                break
            command = getattr(command, "commands", {}).get(arg, command)
            option, is_joined, value = arg.partition("=")
            given = value if is_joined else "".join(args[place + 1 : place + 2])
            options = (param for param in command.params if param.param_type_name == "option")
            for param in options:
                takes_one = not (param.multiple or param.is_flag)
                if takes_one and option in param.opts and values.setdefault(id(param), given) != given:
                    return option
        return None

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # its own type of a context
        """Run a command."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = plain_words(error.message)
            raise
