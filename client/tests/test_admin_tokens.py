"""Which tokens has an administrator set?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from anaconda_anon_usage import admin_tokens

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Channel, Conda

FILES = {"i": "installer_token", "o": "org_token", "m": "machine_token"}
VARIABLES = {prefix: "ANACONDA_ANON_USAGE_" + name.upper() for prefix, name in FILES.items()}


def _behind_own(channel: Channel) -> str:
    """Return the products of the suffix that are not one of the client's own."""
    (suffix,) = {request.suffix for request in channel.new_requests()}
    return " ".join(product for product in suffix.split(" ") if product[:2] in ("i/", "o/", "m/"))


def test_each_folder_of_condas_configuration_may_set_them(conda: Conda, channel: Channel) -> None:
    """The variable comes first, then the folders in the order in which conda reads them."""
    places = [
        conda.root,
        conda.home / ".config" / "conda",
        conda.home / ".conda",
        conda.root / "envs" / "active",
    ]
    for position, place in enumerate(places):
        place.mkdir(parents=True, exist_ok=True)
        for name in FILES.values():
            (place / f"{'.' if position % 2 else ''}{name}").write_text(f"in-{position}\n")
    variables = {"CONDA_PREFIX": str(places[-1]), **dict.fromkeys(VARIABLES.values(), "first/second")}
    conda("search", "tiny", **variables)
    values = ["first", "second", *(f"in-{position}" for position in range(4))]
    assert _behind_own(channel) == " ".join(f"{prefix}/{value}" for prefix in "iom" for value in values)


def test_a_home_itself_is_no_folder_of_conda(conda: Conda, channel: Channel) -> None:
    """It has a ``.condarc`` but holds files of everything else."""
    (conda.home / "org_token").write_text("stray")
    conda("search", "tiny")
    assert _behind_own(channel) == ""


def test_off_leaves_them_out_and_unread(conda: Conda, channel: Channel) -> None:
    """An administrator's tokens are tokens too."""
    file = conda.root / "org_token"
    file.write_text("acme")
    os.utime(file, (0, 0))  # a later read would set the time of access anew
    conda("search", "tiny", DO_NOT_TRACK="1", **{VARIABLES["m"]: "one"})
    assert _behind_own(channel) == ""
    assert file.stat().st_atime == 0


def test_the_whole_suffix_is_at_most_512_bytes(conda: Conda, channel: Channel) -> None:
    """What would not fit is left out from the end: the session and the installation are always sent."""
    conda("search", "tiny", **{VARIABLES["o"]: "/".join(f"{n:036}" for n in range(99))})
    (request,) = {request.suffix: request for request in channel.new_requests()}.values()
    assert 512 - 39 < len(request.suffix) <= 512
    assert len(request.tokens["c"]) == 22
    assert f" o/{0:036} o/{1:036} " in request.suffix


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (b"", []),
        (b"acme", ["acme"]),
        (b"acme\r\nsecond\n\n", ["acme", "second"]),
        (b" acme / second ", ["acme", "second"]),
        (b"b/a/b", ["b", "a"]),
        (b"two words\nacme", ["acme"]),
        (b"acme\x00", []),
        (b"a" * 36, ["a" * 36]),
        (b"a" * 37, []),
        ("acmé".encode(), []),
        ("acme\n\N{GRINNING FACE}".encode(), []),
        (b"acme\n" + b"#" * 70_000, []),
    ],
)
def test_what_a_file_may_say(tmp_path: Path, text: bytes, values: list[str]) -> None:
    """Values between slashes or on lines, each checked whole; what is no text or too long says nothing."""
    (tmp_path / "org_token").write_bytes(text)
    assert [token.value for token in admin_tokens.read_admin_tokens([f"{tmp_path}/.condarc"], {})] == values


@pytest.mark.parametrize("kind", ["folder", "pipe", "unreadable", "dangling"])
def test_an_odd_file_harms_nothing(tmp_path: Path, kind: str) -> None:
    """It is passed over, and conda does not wait for it."""
    odd = tmp_path / "org_token"
    if kind == "folder":
        odd.mkdir()
    elif kind == "pipe":
        os.mkfifo(odd)
    elif kind == "unreadable":
        odd.write_text("\x01")
        odd.chmod(0)
    else:
        odd.symlink_to("nowhere")
    (tmp_path / ".org_token").write_text("acme")
    assert admin_tokens.read_admin_tokens([f"{tmp_path}/.condarc"], {}) == [("o", "acme")]


@pytest.mark.parametrize("place", ["$NOT_SET/.condarc", "relative/.condarc", "$EMPTY/conda/.condarc"])
def test_a_place_that_is_nowhere_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Nothing is read from the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "relative").mkdir()
    for folder in (tmp_path, tmp_path / "relative"):
        (folder / "org_token").write_text("stray")
    assert admin_tokens.read_admin_tokens([place], {"EMPTY": ""}) == []
