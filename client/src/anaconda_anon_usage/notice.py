"""The notice that says what is shared: once for each home, before the first command on a terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from anaconda_anon_usage import session, store

if TYPE_CHECKING:
    from typing import Mapping

TEXT = (
    "conda sends random tokens with its requests to channels, to count installations and environments. "
    "To turn this off: conda config --set anaconda_anon_usage off"
)
#: With these, the user already chooses, or reads the output of another program.
_QUIET_COMMANDS = frozenset(["anon-usage", "config", "run"])
#: Variables that continuous integration sets, where nobody reads the output.
_CI = ("CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "CODEBUILD_BUILD_ID")


def show_once(command: str) -> None:
    """Write :data:`TEXT` to standard error, which is a terminal, if this home has not had it yet.

    If that cannot be recorded, nothing is written: never is better than each time.
    """
    from conda.base.context import context

    if command in _QUIET_COMMANDS or _is_ci(os.environ) or _is_quiet(context):
        return
    sharing, _ = session.read_choice(context)
    if sharing and store.record_notice():
        sys.stderr.write(TEXT + "\n")
        sys.stderr.flush()


def _is_ci(environ: Mapping[str, str]) -> bool:
    return any(environ.get(name, "").lower() not in ("", "0", "false") for name in _CI)


def _is_quiet(context: Any) -> bool:  # noqa: ANN401
    return bool(context.json or context.quiet)
