"""Conda packages of the plug-in, made from its recipe and from its wheel."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import rattler_build
from conda_package_handling import api

from e2e.channel import index_channel, pack
from e2e.distributions import closure

CLIENT = Path(__file__).resolve().parents[1] / "client"
RECIPE = CLIENT / "recipe" / "recipe.yaml"
MAKE_PACKAGE = CLIENT / "recipe" / "make_package.py"
BUILD_TOOLS = ("pip", "hatchling")
TIMEOUT_S = 120


@dataclass(frozen=True)
class CondaPackage:
    """The metadata of a conda package, and its files."""

    archive: Path
    index: Mapping[str, object]
    link: Mapping[str, object]
    about: Mapping[str, object]
    files: frozenset[str]
    """Paths of its payload."""


def make_with_whl2conda(folder: Path) -> Path:
    """Build the wheel, make the package from it with ``make_package.py``, and return the package."""
    _run("-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    (wheel,) = folder.glob("*.whl")
    return Path(_run(str(MAKE_PACKAGE), str(wheel), str(folder)).strip())


def make_with_rattler_build(channel: Path, folder: Path) -> Path:
    """Build the recipe with rattler-build, which runs its tests too, and return the package.

    Args:
        channel: the channel with ``python`` and the build tools.
        folder: where to put the package, and all temporary files.
    """
    configuration = rattler_build.ToolConfiguration(test_strategy="native")
    (result,) = rattler_build.Stage0Recipe.from_file(RECIPE).run_build(
        tool_config=configuration, channels=[channel.as_uri()], output_dir=folder
    )
    (package,) = result.packages
    return Path(package)


def add_build_tools(channel: Path, work: Path, conda_package: Path) -> None:
    """Add the installed build tools to a channel, as noarch packages, and index it."""
    for name in sorted(closure(BUILD_TOOLS)):
        _add_distribution(name, channel, work / name)
    index_channel(channel, conda_package)


def read_package(archive: Path, folder: Path) -> CondaPackage:
    """Unpack a package and read its metadata."""
    api.extract(str(archive), str(folder))
    index, link, about = (
        json.loads((folder / "info" / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("index", "link", "about")
    )
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    payload = frozenset(str(path) for path in files if path.parts[0] != "info")
    return CondaPackage(archive, index, link, about, payload)


def _add_distribution(name: str, channel: Path, contents: Path) -> None:
    installed = distribution(name)
    for file in installed.files or []:
        if ".." not in file.parts and "__pycache__" not in file.parts:
            copy = contents / "site-packages" / file
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(str(installed.locate_file(file)), copy)
    (contents / "info").mkdir()
    link = {"noarch": {"type": "python"}, "package_metadata_version": 1}
    (contents / "info" / "link.json").write_text(json.dumps(link), encoding="utf-8")
    index = {
        "name": name,
        "version": installed.version,
        "build": "py_0",
        "build_number": 0,
        "depends": ["python", *sorted(closure((name,)) - {name})],
        "noarch": "python",
        "subdir": "noarch",
    }
    pack(contents, index, channel / "noarch" / f"{name}-{installed.version}-py_0.conda")


def _run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=CLIENT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout
