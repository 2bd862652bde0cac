"""What has to be changed in conda itself?

Only what no public hook of every supported version offers: the setting, which has to be a key of its own in a
condarc; the user agent of conda before 24.11; what ``conda info`` shows. conda has no types, so its objects
are ``Any`` here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anaconda_anon_usage import choice, suffix, tokens
from anaconda_anon_usage.debug import explain

if TYPE_CHECKING:
    from typing import Callable

#: conda's own ``Context.user_agent``, once another stands in its place.
_plain: list[Any] = []


def register_setting() -> None:
    """Make ``anaconda_anon_usage`` a setting of conda, true by default.

    conda's own hook for settings would make it ``plugins.anaconda_anon_usage``, and only from 24.7 on. This
    has to be done while the plug-in is imported: ``conda --no-plugins config`` imports plug-ins and calls
    none of their hooks.
    """
    from conda.base.context import Context, context
    from conda.common.configuration import ParameterLoader, PrimitiveParameter

    if choice.SETTING in Context.__dict__:
        return
    loader = ParameterLoader(PrimitiveParameter(default=True))
    # From here on, what conda's metaclass ConfigurationType does for a setting of conda's own.
    name = loader._set_name(choice.SETTING)  # noqa: SLF001
    setattr(Context, name, loader)
    Context.parameter_names += (name,)
    if hasattr(Context, "_set_parameter_names_and_aliases"):  # newer conda only
        Context._set_parameter_names_and_aliases()  # noqa: SLF001
    # Newer conda copies the class's settings into the context when it makes it, which has been before this.
    vars(context).get("_parameter_loaders", {})[name] = loader


def send_with_context() -> None:
    """Let ``context.user_agent`` carry the suffix: all that conda before 24.11 offers.

    conda keeps its own user agent once it has made it; the suffix is made anew each time, so that a session
    of requests that starts later sends a token that was not there before.
    """
    from conda.base.context import Context

    if not _plain:
        _plain.append(Context.user_agent)
        Context.user_agent = property(_of)


def user_agent() -> str:
    """Return conda's user agent with the suffix, or without one where that fails."""
    from conda.base.context import context

    return _of(context)


def hide_in_info() -> None:
    """Let ``conda info``, and conda's report of an unexpected error, show each token as ``.``."""
    from conda.cli import main_info

    original: Callable[..., Any] = main_info.get_info_dict
    if getattr(original, "__module__", "") == __name__:
        return

    def get_info_dict(*args: object, **options: object) -> Any:  # noqa: ANN401
        info = original(*args, **options)
        try:
            info["user_agent"] = tokens.hidden(user_agent())
        except Exception as error:
            explain("conda info: %r", error)
            info["user_agent"] = None
        return info

    main_info.get_info_dict = get_info_dict


def _of(context: Any) -> str:  # noqa: ANN401
    plain = str(_plain[0].__get__(context) if _plain else context.user_agent)
    try:
        return tokens.UserAgent(plain + " " + suffix.of(context))
    except Exception as error:  # whatever it is, conda goes on without
        explain("no suffix: %r", error)
        return plain
