"""Python distributions with everything that they need, and the conda that conda-lock contains."""

import shutil
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

VENDORED_CONDA = "conda_lock/_vendor/conda"
"""Where the distribution ``conda-lock`` keeps the whole of conda, which is on no Python package index."""

REWRITES = {
    # vendoring changed conda's few absolute imports; this restores them
    "conda_lock._vendor.": "",
    # conda 24.7 is older than Python 3.13, which has no such functions for the lock of logging
    "logging._acquireLock()": "logging._lock.acquire()",
    "logging._releaseLock()": "logging._lock.release()",
}


def unpack_conda(folder: Path) -> Path:
    """Copy conda out of ``conda-lock`` into ``folder`` and return the package's path."""
    vendored = Path(str(distribution("conda-lock").locate_file(VENDORED_CONDA)))
    package = folder / "conda"
    shutil.copytree(vendored, package)
    for module in package.rglob("*.py"):
        source = rewritten = module.read_text(encoding="utf-8")
        for vendored_text, replacement in REWRITES.items():
            rewritten = rewritten.replace(vendored_text, replacement)
        if rewritten != source:
            module.write_text(rewritten, encoding="utf-8")
    return package


def link_distributions(names: tuple[str, ...], site_packages: Path) -> None:
    """Link the named distributions, and what they need, into another ``site-packages``.

    Raises:
        importlib.metadata.PackageNotFoundError: one of them is not installed here.
    """
    for name in sorted(closure(names)):
        for path in _top_level(distribution(name)):
            link = site_packages / path.name
            if not link.exists():
                link.symlink_to(path)


def closure(names: tuple[str, ...]) -> set[NormalizedName]:
    """Return the names, and the names of everything that they need on this machine."""
    needed: set[NormalizedName] = set()
    waiting = [canonicalize_name(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        needed.add(name)
        for line in distribution(name).requires or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(canonicalize_name(requirement.name))
    return needed


def _top_level(dist: Distribution) -> Iterator[Path]:
    """Yield what is directly in ``site-packages``; the paths of scripts lead up from there."""
    roots = {file.parts[0] for file in dist.files or []} - {"..", "__pycache__"}
    for root in sorted(roots):
        path = Path(str(dist.locate_file(root)))
        if path.exists():
            yield path
