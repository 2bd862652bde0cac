"""Plain messages for invalid option values: what to give in place of what a parser expects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from typing import Any

import typer
from typer.core import TyperGroup

__all__ = ["PlainGroup", "plain_words"]

#: What the parser refuses; Typer names only some kinds of it.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]
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
#: Options that have no short name here, by the one that they have elsewhere.
_LONG_NAMES = {"-q": "--quiet", "-v": "--verbose"}


def plain_words(message: str) -> str:
    """Return what to give in place of a value, if a parser's message says only what it expects."""
    for pattern, words in _WORDS.items():
        if match := re.fullmatch(pattern, message.rstrip("."), re.DOTALL):
            return match.expand(words)
    return message


class PlainGroup(TyperGroup):
    """Commands that refuse invalid options with a plain message."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **more: Any) -> Any:  # noqa: ANN401
        """Refuse an empty text, and an option that is given two values: only the last would count.

        A variable that is not set leaves an empty text, and no name, day or place is empty: a default would
        be taken for it, or a package without a name be looked for.
        """
        for param, values in _given(self, info_name, args):
            if "" in values:
                hint = _name_of(param)
                raise typer.BadParameter("it is empty: give a value, or leave it out", param_hint=hint)
            if _is_option(param) and not param.multiple and len(set(values)) > 1:
                raise typer.BadParameter("it is given twice: give it once", param_hint=_name_of(param))
        return super().make_context(info_name, args, *rest, **more)

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # its own type of a context
        """Run a command."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = plain_words(error.message)
            raise
        except _UsageError as error:
            if (name := _LONG_NAMES.get(getattr(error, "option_name", ""))) and hasattr(error, "message"):
                error.message += f": {name} has no short name, write it out"
            raise


def _given(command: Any, name: str | None, args: list[str]) -> Iterator[tuple[Any, list[str]]]:  # noqa: ANN401
    """Yield each option and argument of the commands that takes a text, with all texts that it is given.

    The parser itself says which text is a value: one may be spelled like an option, as in
    ``--title --since``. What the parser refuses is left to it.
    """
    while command is not None:
        context = command.context_class(command, info_name=name, **command.context_settings)
        parser = type(command.make_parser(context))(context)
        params = command.get_params(context)
        for param in params:
            listing = copy(param)
            listing.multiple = _is_option(param)
            listing.add_to_parser(parser, context)
        try:
            parsed, args, _ = parser.parse_args(list(args))
        except _UsageError:
            return
        for param in params:
            texts = parsed.get(param.name)
            texts = [texts] if isinstance(texts, str) else texts or ()
            if not getattr(param, "is_flag", False):
                yield param, [text for text in texts if isinstance(text, str)]
        name, *args = args or [""]
        command = getattr(command, "commands", {}).get(name)


def _is_option(param: Any) -> bool:  # noqa: ANN401
    return bool(param.param_type_name == "option")


def _name_of(param: Any) -> str:  # noqa: ANN401
    """Return the name of a parameter as the help shows it."""
    return str(param.opts[0] if _is_option(param) else (param.metavar or param.name.upper()).strip("[]"))
