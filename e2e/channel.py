"""How is a conda channel made, with packages that depend on each other and an index?"""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from conda_package_handling import api

INDEX_OPTIONS = ("--zst", "--current-repodata", "--channeldata", "--threads", "1")
INDEX_TIMEOUT_S = 120


@dataclass(frozen=True)
class Package:
    """One build of one package, of a few bytes."""

    name: str
    version: str
    build_number: int
    subdir: Literal["noarch", "linux-64"]
    extension: Literal[".conda", ".tar.bz2"]
    depends: tuple[str, ...] = ()

    @property
    def build(self) -> str:
        """The build string, as conda-build makes it: a hash, and at the end the build number."""
        digest = hashlib.sha256(f"{self.name} {self.version} {self.depends}".encode()).hexdigest()
        return f"h{digest[:7]}_{self.build_number}"

    @property
    def file_name(self) -> str:
        """The name of the archive in the channel."""
        return f"{self.name}-{self.version}-{self.build}{self.extension}"


def make_channel(channel: Path, packages: tuple[Package, ...], work: Path, conda_package: Path) -> None:
    """Build the packages into ``channel`` and index it, as the operator of a repository does."""
    for package in packages:
        _build(package, channel, work)
    _index(channel, conda_package)


def _build(package: Package, channel: Path, work: Path) -> None:
    """Pack a folder of payload and metadata with conda-package-handling."""
    contents = work / package.file_name
    info = contents / "info"
    info.mkdir(parents=True)
    payload = f"share/{package.name}/{package.version}.txt"
    (contents / payload).parent.mkdir(parents=True)
    (contents / payload).write_text(f"{package.name} {package.version}\n", encoding="utf-8")
    index: dict[str, object] = {
        "name": package.name,
        "version": package.version,
        "build": package.build,
        "build_number": package.build_number,
        "depends": list(package.depends),
        "subdir": package.subdir,
    }
    if package.subdir == "noarch":
        index["noarch"] = "generic"
    else:
        index |= {"platform": "linux", "arch": "x86_64"}
    paths = {"paths_version": 1, "paths": [{"_path": payload, "path_type": "hardlink"}]}
    (info / "index.json").write_text(json.dumps(index), encoding="utf-8")
    (info / "paths.json").write_text(json.dumps(paths), encoding="utf-8")
    (info / "files").write_text(payload + "\n", encoding="utf-8")
    target = channel / package.subdir
    target.mkdir(parents=True, exist_ok=True)
    api.create(str(contents), None, package.file_name, str(target))


def _index(channel: Path, conda_package: Path) -> None:
    """Write ``repodata.json`` and its kin with conda-index, which imports conda for the order of versions."""
    subprocess.run(
        [sys.executable, "-m", "conda_index", *INDEX_OPTIONS, channel],
        env={**os.environ, "PYTHONPATH": str(conda_package.parent)},
        capture_output=True,
        text=True,
        timeout=INDEX_TIMEOUT_S,
        check=True,
    )
