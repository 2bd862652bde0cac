"""Formats of name maps."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from conda_census.vulnerabilities.names.name_entries import MapRead
from conda_census.vulnerabilities.names.name_maps import read_map
from conda_census.vulnerabilities.names.own_names import shipped_names

#: Beside the repository, where it is there: real maps, of which no copy is in it.
REAL_MAPS = Path(__file__).parents[4] / "shared" / "name-maps"


def _names(read: MapRead) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(entry.ecosystem, entry.conda_name): entry.names for entry in read.entries}


def _read(tmp_path: Path, name: str, content: str) -> MapRead:
    (tmp_path / name).write_text(content)
    return read_map(tmp_path / name)


def test_parselmouth(tmp_path: Path) -> None:
    """A list for each conda package, null where it carries nothing; names as PEP 503 writes them."""
    content = {"pytorch": ["torch"], "zlib": None, "suite": ["Ruamel.Yaml", "b"], "gone": "<absent>"}
    read = _read(tmp_path, "mapping.json", json.dumps(content))
    assert _names(read) == {
        ("PyPI", "pytorch"): ("torch",),
        ("PyPI", "zlib"): (),
        ("PyPI", "suite"): ("ruamel-yaml", "b"),
    }
    assert {(entry.format, entry.map) for entry in read.entries} == {("parselmouth", "mapping.json")}
    assert read.problems == ()


def test_as_many_names_as_conda_forge_has(tmp_path: Path) -> None:
    """Each is looked at once."""
    content = {f"package-{number}": [f"package-{number}"] for number in range(34_000)}
    start = time.monotonic()
    assert len(_read(tmp_path, "mapping.json", json.dumps(content)).entries) == 34_000
    assert time.monotonic() - start < 20


def test_the_flat_map(tmp_path: Path) -> None:
    """One name for each conda package."""
    read = _read(tmp_path, "flat.json", '{"python-build": "build", "ascii-art": "art"}')
    assert _names(read) == {("PyPI", "python-build"): ("build",), ("PyPI", "ascii-art"): ("art",)}
    assert {entry.format for entry in read.entries} == {"flat"}


def test_grayskulls_config(tmp_path: Path) -> None:
    """It goes from PyPI to conda: two that have one conda package are carried by it together."""
    read = _read(
        tmp_path,
        "config.yaml",
        "torch:\n  conda_forge: pytorch\n  import_name: torch\n"
        "opencv-python:\n  conda_forge: opencv\nopencv-python-headless:\n  conda_forge: opencv\n"
        "only-import:\n  import_name: only\n",
    )
    assert _names(read) == {
        ("PyPI", "pytorch"): ("torch",),
        ("PyPI", "opencv"): ("opencv-python", "opencv-python-headless"),
    }
    assert {entry.format for entry in read.entries} == {"grayskull"}


def test_ones_own(tmp_path: Path) -> None:
    """A table for each ecosystem; what is the same as another package has all that this one has."""
    read = _read(
        tmp_path,
        "own.toml",
        '[PyPI]\nnumerics = "numpy"\nsuite = ["a", "b"]\ntool = []\n[Bitnami]\nnumerics = "NumPy"\n'
        '[same-as]\nnumerics-mkl = "numerics-gpu"\nnumerics-gpu = "numerics"\n',
    )
    assert _names(read) == {
        ("PyPI", "numerics"): ("numpy",),
        ("PyPI", "suite"): ("a", "b"),
        ("PyPI", "tool"): (),
        ("Bitnami", "numerics"): ("NumPy",),
        ("PyPI", "numerics-mkl"): ("numpy",),
        ("Bitnami", "numerics-mkl"): ("NumPy",),
        ("PyPI", "numerics-gpu"): ("numpy",),
        ("Bitnami", "numerics-gpu"): ("NumPy",),
    }


@pytest.mark.parametrize(
    ("name", "content", "messages", "left"),
    [
        (
            "own.toml",
            '[PyPI]\ngood = "good"\n[same-as]\na = "b"\nb = "a"\n',
            [
                "same-as.a leads in a circle, a to b to a: say of one what it carries",
                "same-as.b leads in a circle, b to a to b: say of one what it carries",
            ],
            1,
        ),
        ("own.toml", '[PyPI]\na = "a"\n[same-as]\nb = "c"', ["same-as.b leads to c, of which this map"], 1),
        ("own.toml", '[PyPI]\na = "a"\nb = "b"\n[same-as]\nb = "a"', ["same-as.b contradicts what"], 2),
        ("own.toml", '[PyPI]\na = 5\nb = "b"\n', ["PyPI.a must be a list"], 1),
        ("own.toml", '[PyPI]\na = "no name!"\nb = "b"\n', ["PyPI.a has 'no name!', which is no name"], 1),
        ("own.toml", 'a = "b"\n', ["a must be a table of keys and values"], 0),
        ("own.toml", "[PyPI\n", ["not TOML: "], 0),
        ("map.json", '{"a": ["a", 5], "b": null}', ["a[1] must be a text that is not empty"], 1),
        ("map.json", '{"a": ["a"], "b": "b"}', ["b must be a list"], 1),
        ("map.json", '{"a": "a", "b": "/"}', ["b has '/', which is no name of a package"], 1),
        ("map.json", '{"a": ["a"], "a": ["b"]}', ["a stands there twice"], 0),
        ("map.json", '{"name": "a", "build_number": 1}', ["build_number does not say names"], 0),
        ("map.yaml", "a:\n  conda_forge: b\n~:\n  conda_forge: c\n", ["the whole must have texts"], 0),
        ("map.json", "[]", ["the whole must be a table of keys and values"], 0),
        ("map.yaml", "a:\n  conda_forge: [b]\nb:\n  conda_forge: c\n", ["a.conda_forge must be a text"], 1),
    ],
)  # fmt: skip
def test_a_map_with_a_mistake(
    name: str, content: str, messages: list[str], left: int, tmp_path: Path
) -> None:
    """File and field are named, and the rest of the map is read."""
    read = _read(tmp_path, name, content)
    assert len(read.entries) == left
    assert len(read.problems) == len(messages)
    for problem, message in zip(read.problems, messages, strict=True):
        assert str(problem).startswith(f"{tmp_path / name}: {message}")


def test_maps_that_are_not_there(tmp_path: Path) -> None:
    """In each format the path is named."""
    for name in ("map.toml", "map.json", "map.yaml"):
        [problem] = read_map(tmp_path / name).problems
        assert (
            str(problem) == f"{tmp_path / name}: cannot be read (No such file or directory): check the path"
        )


def test_the_shipped_map() -> None:
    """Names that are not what they look like, and packages that carry nothing of PyPI, are told apart."""
    names = {entry.conda_name: entry.names for entry in shipped_names() if entry.ecosystem == "PyPI"}
    assert names["pytorch"] == ("torch",)
    assert names["brotli-python"] == ("brotli",)
    assert names["python-lmdb"] == ("lmdb",)
    assert names["py-opencv"] == ("opencv-python",)
    for nothing in (
        "brotli",
        "zstd",
        "lmdb",
        "openssl",
        "zlib",
        "ca-certificates",
        "python",
        "typing-extensions",
    ):
        assert names[nothing] == ()
    assert not {"salt", "vtk"} & set(names)
    assert sum(1 for each in names.values() if each) >= 80


def test_the_shipped_map_against_a_real_one() -> None:
    """Where both know a package, the real map has our name among those that it found in the package."""
    wrong = []
    for file in sorted(REAL_MAPS.glob("parselmouth_conda-forge_v0_*.json")):
        found = {entry.conda_name: entry.names for entry in read_map(file).entries}
        for entry in shipped_names():
            theirs = found.get(entry.conda_name)
            if entry.ecosystem == "PyPI" and theirs is not None and not set(entry.names) <= set(theirs):
                wrong.append((entry.conda_name, entry.names, theirs))
            if entry.ecosystem == "PyPI" and theirs and not entry.names:
                wrong.append((entry.conda_name, entry.names, theirs))
    assert wrong == []


def test_real_maps() -> None:
    """Every format as its makers write it, without a complaint."""
    for file in sorted(file for file in REAL_MAPS.glob("*") if file.suffix in (".json", ".yaml")):
        read = read_map(file)
        assert read.problems == (), file.name
        assert len(read.entries) > 20, file.name
