"""Plain words for a value that an option does not take: what to give, and not what a parser expects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
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
        values: dict[int, str] = {}
        for param, option, value in self._values(args):
            if not value:
                raise typer.BadParameter("it is empty: give a value, or leave it out", param_hint=option)
            takes_one = param is not None and not param.multiple
            if takes_one and values.setdefault(id(param), value) != value:
                raise typer.BadParameter("it is given twice: give it once", param_hint=option)
        return super().make_context(info_name, args, *rest, **more)

    def _values(self, args: list[str]) -> Iterator[tuple[Any, str | None, str]]:
        """Yield each value in ``args`` with the option of the command that takes it; an argument has none."""
        command: Any = self
        words = iter(args)
        for word in words:
            if word == "--":
                yield from ((None, None, rest) for rest in words)
                return
            option, is_joined, value = word.partition("=")
            options = (each for each in command.params if each.param_type_name == "option")
            param = next((each for each in options if option in each.opts), None)
            if not word.startswith("-"):
                yield None, None, word
                command = getattr(command, "commands", {}).get(word, command)
            elif is_joined:
                yield param, option, value
            elif param is not None and not param.is_flag:
                # One that has none is refused by the parser.
                yield from ((param, option, given) for given in islice(words, 1))

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # its own type of a context
        """Run a command."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = plain_words(error.message)
            raise
