"""A conda channel with an index, and with packages that depend on each other."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
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
        """The build string, as conda-build makes it: a hash, then the build number."""
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
    index_channel(channel, conda_package)


def _build(package: Package, channel: Path, work: Path) -> None:
    """Pack a folder of payload and metadata with conda-package-handling."""
    contents = work / package.file_name
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
    pack(contents, index, channel / package.subdir / package.file_name)


def pack(contents: Path, index: Mapping[str, object], archive: Path) -> None:
    """Pack a folder with conda-package-handling, with the metadata that conda needs to unpack it."""
    payload = sorted(path for path in contents.rglob("*") if path.is_symlink() or not path.is_dir())
    paths = [
        {
            "_path": str(path.relative_to(contents)),
            "path_type": "softlink" if path.is_symlink() else "hardlink",
        }
        for path in payload
        if path.relative_to(contents).parts[0] != "info"
    ]
    info = contents / "info"
    info.mkdir(exist_ok=True)
    (info / "index.json").write_text(json.dumps(index), encoding="utf-8")
    (info / "paths.json").write_text(json.dumps({"paths_version": 1, "paths": paths}), encoding="utf-8")
    (info / "files").write_text("".join(f"{path['_path']}\n" for path in paths), encoding="utf-8")
    archive.parent.mkdir(parents=True, exist_ok=True)
    api.create(str(contents), None, archive.name, str(archive.parent))


def index_channel(channel: Path, conda_package: Path) -> None:
    """Write ``repodata.json`` and related files with conda-index, which imports conda to order versions."""
    subprocess.run(
        [sys.executable, "-m", "conda_index", *INDEX_OPTIONS, channel],
        env={**os.environ, "PYTHONPATH": str(conda_package.parent)},
        capture_output=True,
        text=True,
        timeout=INDEX_TIMEOUT_S,
        check=True,
    )
