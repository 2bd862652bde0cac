"""A base environment that conda itself makes, as an installer does."""

import json
import platform
import shutil
import venv
from pathlib import Path

from e2e.channel import pack
from e2e.conda_client import CONDA_NEEDS, Installation
from e2e.distributions import link_distributions

CONDA_VERSION = "24.7.1"
PYTHON_NEEDS = ("bin", "lib", "lib64", "pyvenv.cfg")


def add_base_packages(channel: Path, work: Path, conda_package: Path) -> None:
    """Put the packages ``python`` and ``conda`` into a channel.

    ``python`` is a link to this interpreter, with the file by which it finds its prefix. ``conda`` is the
    real one. The channel is not indexed yet.
    """
    _add_python(channel, work / "python")
    _add_conda(channel, work / "conda", conda_package)


def make_base(
    bootstrap: Installation,
    root_prefix: Path,
    channels: tuple[str, ...],
    condarc: str,
    specifications: tuple[str, ...],
) -> Installation:
    """Make a base environment of ``specifications`` with an existing conda, and return it.

    Args:
        bootstrap: the installation whose conda makes it.
        root_prefix: where the base environment will be.
        channels: the URLs of the channels with the packages.
        condarc: the text of its ``.condarc``.
        specifications: what to install, including ``python`` and ``conda``.
    """
    prefix = str(root_prefix)
    options = ["--override-channels", *(word for url in channels for word in ("--channel", url))]
    bootstrap.conda("create", "--prefix", prefix, *options, *specifications, trace=False)
    (site_packages,) = (root_prefix / "lib").glob("python3.*/site-packages")
    # What conda imports was installed here by pip, and there is no conda package of it.
    link_distributions(CONDA_NEEDS, site_packages)
    (root_prefix / ".condarc").write_text(condarc, encoding="utf-8")
    return Installation(name=root_prefix.name, root_prefix=root_prefix, home=bootstrap.home)


def _add_python(channel: Path, work: Path) -> None:
    version = platform.python_version()
    venv.create(work, symlinks=True, with_pip=False)
    for path in work.iterdir():
        if path.name not in PYTHON_NEEDS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for script in work.glob("bin/[Aa]ctivate*"):
        script.unlink()
    # conda makes no empty folders, and noarch packages need this one
    (site_packages,) = (work / "lib").glob("python3.*/site-packages")
    (site_packages / "README.txt").write_text("packages go here\n", encoding="utf-8")
    index = {
        "name": "python",
        "version": version,
        "build": "0_cpython",
        "build_number": 0,
        "depends": [],
        "subdir": "linux-64",
        "platform": "linux",
        "arch": "x86_64",
    }
    pack(work, index, channel / "linux-64" / f"python-{version}-0_cpython.conda")


def _add_conda(channel: Path, work: Path, conda_package: Path) -> None:
    shutil.copytree(conda_package, work / "site-packages" / "conda")
    (work / "info").mkdir()
    link = {
        "noarch": {"type": "python", "entry_points": ["conda = conda.cli.main:main"]},
        "package_metadata_version": 1,
    }
    (work / "info" / "link.json").write_text(json.dumps(link), encoding="utf-8")
    index = {
        "name": "conda",
        "version": CONDA_VERSION,
        "build": "py_0",
        "build_number": 0,
        "depends": ["python >=3.8"],
        "noarch": "python",
        "subdir": "noarch",
    }
    pack(work, index, channel / "noarch" / f"conda-{CONDA_VERSION}-py_0.conda")
