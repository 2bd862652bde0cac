"""Mapping of conda packages to projects by several maps."""

from __future__ import annotations

from pathlib import Path

import pytest

from conda_census.lake.store import Lake
from conda_census.vulnerabilities.names.name_entries import MapFormat, NameEntry
from conda_census.vulnerabilities.names.package_names import NameMap, import_names, read_names


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake."""
    return Lake.open_or_create(tmp_path / "lake", "k")


def _entry(
    conda_name: str, *names: str, map_format: MapFormat = "parselmouth", ecosystem: str = "PyPI"
) -> NameEntry:
    return NameEntry(conda_name, ecosystem, names, map_format, f"{map_format}.json")


def test_standing() -> None:
    """One distribution, several, none, or not known at all."""
    names = NameMap([_entry("pytorch", "torch"), _entry("suite", "a", "b"), _entry("zlib")])
    standing = [names.mapping_status(name) for name in ("pytorch", "suite", "zlib", "torch", "other")]
    assert standing == ["mapped", "bundled", "none", "unknown", "unknown"]


def test_a_name_is_never_taken_from_a_look_alike() -> None:
    """Conda's brotli is not the project that is called brotli on PyPI, and what no map knows is nothing's."""
    names = NameMap([_entry("brotli"), _entry("brotli-python", "brotli")])
    assert [each.conda_name for each in names.carriers("PyPI", "brotli")] == ["brotli-python"]
    assert names.carriers("PyPI", "vtk") == []
    assert names.carriers("npm", "brotli") == []


def test_names_of_pypi_are_normalised() -> None:
    """PEP 503: case, dots and underscores tell nothing apart. Elsewhere they do."""
    names = NameMap([_entry("ruamel.yaml", "ruamel-yaml"), _entry("a", "A_b", ecosystem="Bitnami")])
    assert [each.conda_name for each in names.carriers("PyPI", "Ruamel_YAML")] == ["ruamel.yaml"]
    assert names.carriers("Bitnami", "a-b") == []
    assert len(names.carriers("Bitnami", "A_b")) == 1


def test_whose_word_counts() -> None:
    """One's own map, then the shipped one, then what was found in packages, then what is written for PyPI."""
    formats: list[MapFormat] = ["grayskull", "flat", "parselmouth", "shipped", "own"]
    for order in (formats, formats[::-1]):
        for number in range(1, len(formats) + 1):
            present = [each for each in order if each in formats[:number]]
            entry = NameMap(_entry("demo", each, map_format=each) for each in present).entry("demo")
            assert entry
            assert entry.names == (formats[number - 1],)


def test_of_two_maps_of_a_format_the_later_one_counts() -> None:
    """As they were imported."""
    entry = NameMap([_entry("demo", "first"), _entry("demo", "second")]).entry("demo")
    assert entry
    assert entry.names == ("second",)


def test_maps_in_a_lake(lake: Lake, tmp_path: Path) -> None:
    """A map is put in place of the one of its name; the others stay, in the order of their imports."""
    one, other, own = tmp_path / "one.json", tmp_path / "other.json", tmp_path / "own.toml"
    one.write_text('{"demo": ["first"], "gone": ["gone"], "numpy": ["numpy"]}')
    other.write_text('{"demo": ["second"], "nothing": null}')
    own.write_text('[PyPI]\nmine = ["a", "b"]\n[Bitnami]\nmine = "mine"\n')
    assert read_names(lake).mapping_status("numpy") == "mapped"  # the shipped map
    imported = import_names(lake, [one, other, own])
    assert (imported.packages, imported.contradicted, imported.problems) == (5, ("demo",), ())
    names = read_names(lake)
    assert [names.mapping_status(each) for each in ("gone", "nothing", "mine")] == [
        "mapped",
        "none",
        "bundled",
    ]
    assert str(names.entry("demo")) == str(
        NameEntry("demo", "PyPI", ("second",), "parselmouth", "other.json")
    )
    assert str(names.entry("mine", "Bitnami")) == str(
        NameEntry("mine", "Bitnami", ("mine",), "own", "own.toml")
    )
    one.write_text('{"demo": ["third"], "numpy": ["other"]}')
    import_names(lake, [one])
    names = read_names(lake)
    assert names.mapping_status("gone") == "unknown"
    assert [getattr(names.entry(each), "names", None) for each in ("demo", "numpy")] == [
        ("third",),
        ("numpy",),
    ]


def test_a_map_with_mistakes(lake: Lake, tmp_path: Path) -> None:
    """The rest of it, and the other maps, are imported; one that holds nothing takes nothing away."""
    (tmp_path / "own.toml").write_text('[PyPI]\na = "a"\n[same-as]\nb = "b"\n')
    imported = import_names(lake, [tmp_path / "missing.json", tmp_path / "own.toml"])
    assert imported.packages == 1
    assert len(imported.problems) == 2
    (tmp_path / "own.toml").write_text("broken")
    import_names(lake, [tmp_path / "own.toml"])
    assert read_names(lake).mapping_status("a") == "mapped"
