"""Is ``census.toml`` found and understood, and a mistake in it told in one line: file, field, what to do?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conda_census.config import load_settings
from conda_census.errors import CensusError
from conda_census.logs.formats import BUILT_IN, formats

DOCUMENT = Path(__file__).parents[3] / "docs" / "reference" / "census-toml.md"
NGINX = '$remote_addr [$time_local] "$request" $status'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration folder, and no variable of the tester's."""
    for name in ("CENSUS_LAKE", "CENSUS_WRITER", "CENSUS_ENGINE", "CENSUS_TOML"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CENSUS_CONFIG", str(tmp_path))
    return tmp_path


def test_without_the_file_nothing_changes(folder: Path) -> None:
    """No file in the configuration folder is no mistake."""
    settings = load_settings()
    assert (settings.config_folder, settings.lake, settings.writer) == (folder, Path("census-lake"), "main")
    assert formats(settings) == BUILT_IN


def test_the_channels(folder: Path) -> None:
    """All may be named unless there is a list; slashes around a name are no part of it."""
    assert load_settings().channels is None
    (folder / "census.toml").write_text('channels = ["/pkgs/main/", "conda-forge"]\n')
    assert load_settings().channels == ("pkgs/main", "conda-forge")


def test_the_engine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with lake and writer."""
    assert load_settings().engine == "duckdb"
    (folder / "census.toml").write_text('engine = "local-spark"\n')
    assert load_settings().engine == "local-spark"
    monkeypatch.setenv("CENSUS_ENGINE", "spark://192.0.2.1:7077")
    assert load_settings().engine == "spark://192.0.2.1:7077"
    assert load_settings(engine="duckdb").engine == "duckdb"


def test_lake_and_writer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has its say before the defaults; variables before the file; options before both."""
    (folder / "census.toml").write_text('lake = "the-lake"\nwriter = "file"\n')
    assert (load_settings().lake, load_settings().writer) == (folder / "the-lake", "file")
    monkeypatch.setenv("CENSUS_LAKE", "by-variable")
    monkeypatch.setenv("CENSUS_WRITER", "variable")
    assert (load_settings().lake, load_settings().writer) == (Path("by-variable"), "variable")
    settings = load_settings(Path("by-option"), "option")
    assert (settings.lake, settings.writer) == (Path("by-option"), "option")


def test_the_file_may_lie_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CENSUS_TOML names it, and then it must be there."""
    elsewhere = folder / "etc" / "mirror.toml"
    monkeypatch.setenv("CENSUS_TOML", str(elsewhere))
    with pytest.raises(
        CensusError, match=r"mirror\.toml: cannot be read \(No such file or directory\): check"
    ):
        load_settings()
    elsewhere.parent.mkdir()
    elsewhere.write_text('writer = "elsewhere"\n')
    (folder / "census.toml").write_text("not looked at")
    assert load_settings().writer == "elsewhere"


def test_own_formats_come_first_and_may_replace_built_in_ones(folder: Path) -> None:
    """A format of the operator's is tried before the built-in ones; one of the same name is instead of it."""
    (folder / "census.toml").write_text(
        f"""
        [formats.mirror]
        nginx = '{NGINX}'
        [formats.fastly]
        json = {{ time = "t", request = "r", status = "s" }}
        [formats.cloudflare]
        sample_rate = 0.1
        """
    )
    known = formats(load_settings())
    assert list(known) == ["mirror", *BUILT_IN]
    assert known["fastly"].example == (
        '{"t":"2024-01-16T23:53:20Z","r":"GET /pkgs/main/noarch/repodata.json.zst HTTP/1.1","s":200}'
    )
    assert known["cloudflare"].sample_rate == 0.1
    assert known["cloudflare"].line == BUILT_IN["cloudflare"].line
    assert known["mirror"].sample_rate == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("formats = ", "not TOML: Invalid value (at end of document): correct that line"),
        (
            'lak = "x"',
            "unknown key lak: correct it, or use one of lake, writer, engine, formats, channels, title",
        ),
        ("a = {org_1 = 1, org_1 = 2}", "not TOML (at line 1, column 26): correct that line"),
        ('tokens.machines = "yes"', "tokens: machines must be true or false: write it without quotes"),
        ("tokens.hosts = true", "tokens: unknown key hosts: correct it, or use one of machines"),
        ('organizations = "acme"', "organizations must be a table"),
        (
            "[organizations]\nacme = 5",
            "organizations: entry 1 has no token of an organisation: write what stands behind o/",
        ),
        ('[organizations]\nacme = "a secret"', "organizations: entry 1 has no token of an organisation"),
        ('[organizations]\n"o\\nn" = "T"', "organizations: name 1 is no name: write one line"),
        (
            '[organizations]\na = "T"\nb = "o/T"',
            "organizations: entry 2 has the token of another entry: remove one of them",
        ),
        ("lake = 5", "lake must be a text: write it in quotes"),
        ("channels = []", 'channels must name the channels of the repository: write ["pkgs/main", "conda-fo'),
        ('channels = ["/"]', "channels must name the channels of the repository"),
        ("channels = 5", 'channels must be a list of texts: write it as ["…", "…"]'),
        ("holes = 5", "holes must be a list of tables: write each as [[holes]]"),
        ("[[holes]]", "holes 1: since is missing: write the first day without a log"),
        ('[[holes]]\nsince = "2024-01-31"', "holes 1: since must be a day: write it without quotes"),
        ("[[holes]]\nsince = 2024-01-31\nuntil = 2024-01-30", "holes 1: until is before since"),
        ("[[holes]]\nsince = 2024-01-31\nwhy = 5", "holes 1: unknown key why"),
        ("formats = 5", "formats must be a table: write it as [formats] or { … }"),
        ("formats.x = 5", "formats: x must be a table: write it as [x] or { … }"),
        (
            "[formats.auto]",
            "formats.auto: the name of a format must be 1 to 64 lower-case letters, digits, dots",
        ),
        (
            '[formats."a b"]',
            "formats.a b: the name of a format must be 1 to 64 lower-case letters, digits, dots",
        ),
    ],
)
def test_mistakes_in_the_file(text: str, message: str, folder: Path) -> None:
    """Each is one line that begins with the file, names the key and says what to do."""
    assert _told(text, folder).startswith(f"census.toml: {message}")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", ": nothing describes its lines: add nginx, apache, json or cloudfront-realtime"),
        ("nginxx = ''", ": unknown key nginxx: correct it, or use one of nginx, apache, json, cloudfront-"),
        ("nginx = ''", ": nginx must be a text: write it in quotes"),
        ("nginx = 'a'\napache = 'b'", ": says both nginx and apache: make a format of each"),
        (
            f"nginx = '{NGINX}'\nsample_rate = 5",
            ": sample_rate must be a number above 0 and up to 1: write 0.05",
        ),
        (
            f"nginx = '{NGINX}'\nsample_rate = true",
            ": sample_rate must be a number above 0 and up to 1: write",
        ),
        (f"nginx = '{NGINX}'\nother = 'x'", ': other must be a list of texts: write it as ["…", "…"]'),
        (
            f"nginx = '{NGINX}'\naddress = '$x'",
            ".nginx: address: $x is not in the format: add it there",
        ),
        (
            f"nginx = '{NGINX} $own'",
            '.nginx: unknown variable $own: correct it, or add other = ["$own"] if',
        ),
        (
            "nginx = '$remote_addr [$time_local] $status'",
            ".nginx: the request is missing, and no line counts",
        ),
        (
            "nginx = '$remote_addr [$time_local] $request'",
            ".nginx: the status is missing, and no line counts",
        ),
        (
            "nginx = '$remote_addr $request $status'",
            ".nginx: the time is missing, and no line counts ",
        ),
        (
            "nginx = '$host$status $msec $request'",
            ".nginx: nothing separates $host and $status: put a blank ",
        ),
        (
            "apache = '%h %t %r %Z %s'",
            '.apache: unknown directive %Z: correct it, or add other = ["%Z"] if',
        ),
        (
            "apache = '%h %{%Y week %V}t %r %s'",
            ".apache: %{%Y week %V}t: %V cannot be read: write the time in ",
        ),
        ("apache = '%h %{%F %T}t %r %s'", ".apache: the time has no time zone: add %{%z}t behind it"),
        (
            'json = { tim = "t" }',
            ".json: unknown column tim: correct it, or use one of time, request, method",
        ),
        (
            'json = { time = "t", status = "s", path = "p" }',
            ".json: method has no key, and no line counts",
        ),
        ("json = { time = 5 }", '.json: time must name a key: write it as "key", "outer.inner" or ["outer"'),
        (
            'json = { time = "a", request = "a.b", status = "s" }',
            ".json: time and request cannot both be right, because one leads through the other: correct one",
        ),
        (
            'json = { time = "t", request = "r", status = "s" }\naddress = "$x"',
            ": address is only for nginx and apache: remove it",
        ),
        (
            'cloudfront-realtime = ["timestamp", "cip"]',
            '.cloudfront-realtime: unknown field cip: correct it, or add other = ["cip"] if CloudFront',
        ),
        (
            'cloudfront-realtime = ["timestamp", "cs-method", "cs-uri-stem"]',
            ".cloudfront-realtime: sc-status is missing, and no line counts without it: add it to the log",
        ),
    ],
)
def test_mistakes_in_a_format(table: str, message: str, folder: Path) -> None:
    """The line names the format as well."""
    assert _told(f"[formats.x]\n{table}", folder).startswith(f"census.toml: formats.x{message}")


def _told(text: str, folder: Path) -> str:
    (folder / "census.toml").write_text(text)
    with pytest.raises(CensusError) as told:
        formats(load_settings())
    assert "\n" not in str(told.value)
    return str(told.value).removeprefix(f"{folder}/")


def test_the_example_in_the_reference(folder: Path) -> None:
    """What people copy is understood, and each of its formats has an example."""
    example, organizations, _names = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    (folder / "census.toml").write_text(example + organizations)
    settings = load_settings()
    assert settings.organizations == (("acme", "TOKEN"),)
    assert (settings.lake, settings.writer) == (Path("/srv/census/lake"), "mirror-1")
    assert list(formats(settings)) == ["mirror", "archive", "ingress", "live", *BUILT_IN]


def test_a_writer_that_is_no_plain_word(folder: Path) -> None:
    """It is refused wherever it was named."""
    (folder / "census.toml").write_text('writer = "Not Plain"')
    with pytest.raises(CensusError, match=r"the writer's name must be .* or in census\.toml"):
        load_settings()


def test_a_file_that_is_no_text(folder: Path) -> None:
    """Another encoding is told, and nothing of the content."""
    (folder / "census.toml").write_bytes(b'writer = "caf\xe9"')
    with pytest.raises(CensusError, match=r"census\.toml: not in UTF-8: save it as UTF-8"):
        load_settings()


def test_variables_that_are_not_known_here_may_be_named(folder: Path) -> None:
    """What other names is left alone, and the rest of the line read."""
    (folder / "census.toml").write_text(
        f"""
        [formats.a]
        nginx = '{NGINX} $my_own ${{mine}}'
        other = ["$my_own", "$mine"]
        [formats.b]
        apache = '%h %t "%r" %s %{{x}}Z'
        other = ["%{{x}}Z"]
        [formats.c]
        cloudfront-realtime = ["timestamp", "cs-method", "cs-uri-stem", "sc-status", "newest"]
        other = ["newest"]
        """
    )
    assert list(formats(load_settings()))[:3] == ["a", "b", "c"]
