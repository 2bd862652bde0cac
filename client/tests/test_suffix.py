"""Is sharing on?"""

from __future__ import annotations

import pytest

from anaconda_anon_usage.suffix import choose


@pytest.mark.parametrize(
    ("setting", "do_not_track", "sharing", "decided_by"),
    [
        (True, None, True, "setting"),
        (False, None, False, "setting"),
        (None, None, False, "unreadable setting"),
        (True, "", True, "setting"),
        (True, "0", True, "setting"),
        (True, "1", False, "DO_NOT_TRACK"),
        (True, "true", False, "DO_NOT_TRACK"),
        (False, "0", False, "setting"),
        (None, "1", False, "DO_NOT_TRACK"),
    ],
)
def test_what_decides(
    *, setting: bool | None, do_not_track: str | None, sharing: bool, decided_by: str
) -> None:
    """``DO_NOT_TRACK`` can only turn sharing off; a setting that cannot be read does so too."""
    environ = {} if do_not_track is None else {"DO_NOT_TRACK": do_not_track}
    assert choose(setting, environ) == (sharing, decided_by)
