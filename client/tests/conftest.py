"""Fixtures: a real conda with a root prefix of its own, and a channel on loopback that notes who asks.

Each test that drives conda runs with every Python that ``AAU_TEST_PYTHONS`` names, or else with the conda
that conda-lock ships.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from client_support.other_users import TIMEOUT_S, require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHIPPED_VERSION = "24.7.1"
#: What a Python says of itself: where it is when it is in no virtual environment, and what it can import.
_DESCRIBE = """
import json, os, sys, sysconfig
from importlib.util import find_spec
paths = dict.fromkeys(os.path.realpath(sysconfig.get_path(name)) for name in ("purelib", "platlib"))
import conda
print(json.dumps([
    getattr(sys, "_base_executable", sys.executable), f"python{sys.version_info[0]}.{sys.version_info[1]}",
    list(paths), "pysat" if find_spec("pysat") else "pycosat", conda.__version__,
]))
"""


class Request(NamedTuple):
    """What the channel has seen of one request."""

    path: str
    user_agent: str

    @property
    def has_suffix(self) -> bool:
        """Whether anything stands behind conda's own user agent."""
        return " aau/" in self.user_agent

    @property
    def suffix(self) -> str:
        """The user agent from ``aau/`` on."""
        return self.user_agent[self.user_agent.index("aau/") :]

    @property
    def tokens(self) -> dict[str, str]:
        """The values in the suffix by their prefix."""
        return dict(product.split("/", 1) for product in self.suffix.split(" "))


class Channel:
    """A conda channel with the one package ``tiny`` in two versions, served on loopback."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.files = _channel_files()
        self.redirects: dict[str, str] = {}
        channel = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                channel.requests.append(Request(self.path, self.headers["User-Agent"]))
                body = channel.files.get(self.path)
                if self.path in channel.redirects:
                    body = None
                    self.send_response(302)
                    self.send_header("Location", channel.redirects[self.path])
                else:
                    self.send_response(200 if body is not None else 404)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            do_HEAD = do_POST = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}"

    def new_requests(self) -> list[Request]:
        """Return what was asked since the last call."""
        seen, self.requests[:] = list(self.requests), []
        return seen


class Base(NamedTuple):
    """A Python that can import conda, of which root prefixes are made."""

    executable: Path
    folder: str
    packages: tuple[Path, ...]
    sat_solver: str
    version: str


class Conda(NamedTuple):
    """A conda installation, whose home, configuration and package cache are the test's alone."""

    root: Path
    home: Path
    variables: dict[str, str]
    version: str
    before: tuple[str, ...] = ()

    @property
    def condarc(self) -> Path:
        """The user's configuration."""
        return self.home / ".condarc"

    @property
    def release(self) -> tuple[int, int]:
        """Year and month of conda's version."""
        year, month, *_ = self.version.split(".")
        return int(year), int(month)

    def __call__(
        self, *arguments: str | Path, status: int = 0, **variables: str | None
    ) -> subprocess.CompletedProcess[str]:
        """Run one conda command and check what it returns. A variable that is ``None`` is unset."""
        environ = {k: v for k, v in {**self.variables, **variables}.items() if v is not None}
        python = str(self.root / "bin" / "python")
        command = [*self.before, python, "-m", "conda", *map(str, arguments)]
        done = subprocess.run(
            command,
            env=environ,
            cwd=self.home.parent,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def python(self, code: str, **variables: str) -> str:
        """Run `code` with the Python of the root prefix, which can import conda; return what it prints."""
        done = subprocess.run(
            [*self.before, str(self.root / "bin" / "python"), "-c", code],
            env={**self.variables, **variables},
            cwd=self.home.parent,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def channel() -> Iterator[Channel]:
    """Serve a channel on loopback."""
    with _served() as channel:
        yield channel


@pytest.fixture
def foreign() -> Iterator[Channel]:
    """Serve another, at a host that nothing configures."""
    with _served() as channel:
        yield channel


@contextmanager
def _served() -> Iterator[Channel]:
    served = Channel()
    # Looked at every 10 ms, so that a test need not wait half a second for the end.
    thread = threading.Thread(target=served.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    served.server.shutdown()
    thread.join()
    served.server.server_close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what drives a conda with each conda that is named."""
    if "base" in metafunc.fixturenames:
        named = [python for python in os.environ.get("AAU_TEST_PYTHONS", "").split(os.pathsep) if python]
        versions = [_describe(python)[-1] for python in named] if named else [SHIPPED_VERSION]
        metafunc.parametrize("base", named or [""], ids=versions, indirect=True, scope="session")


@pytest.fixture(scope="session")
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Base:
    """Say which Python can import the conda under test, and what it has."""
    python = request.param or sys.executable
    shipped = None if request.param else _shipped_conda(tmp_path_factory.mktemp("package") / "conda")
    executable, folder, paths, sat_solver, version = _describe(python, shipped)
    # All that this Python has, but conda-lock, which is a plug-in of conda too, and any plug-in of our name.
    left_out = ("conda_lock", "__pycache__", "anaconda_anon_usage", "_editable_impl_anaconda_anon_usage")
    packages = [
        entry
        for path in paths
        for entry in sorted(Path(path).iterdir())
        if not entry.name.startswith(left_out) and not (shipped and entry.name == "conda")
    ]
    return Base(
        Path(executable),
        folder,
        (*packages, *([shipped] if shipped else []), *_plug_in()),
        sat_solver,
        version,
    )


@lru_cache(maxsize=None)
def _describe(python: str, shipped: Path | None = None) -> tuple[str, str, list[str], str, str]:
    path = {"PYTHONPATH": str(shipped.parent)} if shipped else {}
    done = subprocess.run(
        [python, "-c", _DESCRIBE], env={**os.environ, **path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"AAU_TEST_PYTHONS: {python}: {done.stderr}"
    description: tuple[str, str, list[str], str, str] = tuple(json.loads(done.stdout))
    return description


def _shipped_conda(package: Path) -> Path:
    """Copy conda out of conda-lock, and undo what vendoring did to its few absolute imports."""
    spec = importlib.util.find_spec("conda_lock")
    require(spec, f"conda-lock==4.0.3 (with --no-deps), which carries conda {SHIPPED_VERSION}")
    require(importlib.util.find_spec("pysat"), "python-sat")
    vendored = Path(str(spec.origin)).parent / "_vendor" / "conda"  # type: ignore[union-attr]
    shutil.copytree(vendored, package)
    for module in package.rglob("*.py"):
        source = module.read_text()
        if "conda_lock._vendor." in source:
            module.write_text(source.replace("conda_lock._vendor.", ""))
    # Vendoring left out what is not Python. `conda run` reads this file and calls what it defines.
    functions = package / "shell" / "etc" / "profile.d" / "conda.sh"
    functions.parent.mkdir(parents=True, exist_ok=True)
    functions.write_text("conda() { :; }\n")
    return package


def _plug_in() -> list[Path]:
    """Return what is to be linked for the plug-in: it is installed for the tests' own Python alone."""
    installed = distribution("anaconda-anon-usage")
    names = {file.parts[0] for file in installed.files or ()} - {"..", "__pycache__"}
    return [Path(str(installed.locate_file(name))) for name in sorted(names)]


@pytest.fixture
def install_conda(tmp_path: Path, channel: Channel, base: Base) -> Callable[..., Conda]:
    """Return a function that makes a conda installation: a root prefix of its own, with the plug-in in it."""

    def install(name: str = "root", home: str = "home") -> Conda:
        root = tmp_path / name
        # A virtual environment, by hand: the module venv makes one of its own Python alone.
        site_packages = root / "lib" / base.folder / "site-packages"
        for made in (root / "bin", root / "conda-meta", site_packages):
            made.mkdir(parents=True)
        (root / "pyvenv.cfg").write_text(f"home = {base.executable.parent}\n")
        for python in ("python", "python3"):
            (root / "bin" / python).symlink_to(base.executable)
        (root / "conda-meta" / "history").touch()
        for package in base.packages:
            (site_packages / package.name).symlink_to(package)
        for program, module in (("conda", "conda"), ("conda-env", "conda_env.cli.main")):
            executable = root / "bin" / program
            executable.write_text(f'#!/bin/sh\nexec "{root}/bin/python" -m {module} "$@"\n')
            executable.chmod(0o755)
        folder = tmp_path / home
        folder.mkdir(exist_ok=True)
        conda = Conda(root, folder, _variables(base, root, folder), base.version)
        if not conda.condarc.exists():
            conda.condarc.write_text(f"channels: [{channel.url}]\ndefault_channels: []\n")
        return conda

    return install


@pytest.fixture
def conda(install_conda: Callable[..., Conda]) -> Conda:
    """Make one conda installation."""
    return install_conda()


def _variables(base: Base, root: Path, home: Path) -> dict[str, str]:
    return {
        "CONDA_ALWAYS_YES": "true",
        "CONDA_ENVS_DIRS": str(root / "envs"),
        "CONDA_NUMBER_CHANNEL_NOTICES": "0",
        "CONDA_PKGS_DIRS": str(root / "pkgs"),
        "CONDA_REPORT_ERRORS": "false",  # or an unexpected error would be sent to conda's authors
        "CONDA_REPODATA_FNS": "repodata.json",
        "CONDA_SAT_SOLVER": base.sat_solver,
        "CONDA_SOLVER": "classic",
        "CONDA_SUBDIR": "linux-64",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
    }


def _channel_files() -> dict[str, bytes]:
    files, records = {}, {}
    for version in ("1.0", "2.0"):
        name = f"tiny-{version}-0.tar.bz2"
        index = {"name": "tiny", "version": version, "build": "0", "build_number": 0, "depends": []}
        data = _package(
            {"index.json": json.dumps(index), "files": "", "paths.json": '{"paths": [], "paths_version": 1}'}
        )
        files[f"/noarch/{name}"] = data
        checksums = {"md5": hashlib.md5(data).hexdigest(), "sha256": hashlib.sha256(data).hexdigest()}  # noqa: S324
        records[name] = {**index, **checksums, "size": len(data), "subdir": "noarch"}
    for subdir, packages in (("noarch", records), ("linux-64", {})):
        repodata = {
            "info": {"subdir": subdir},
            "packages": packages,
            "packages.conda": {},
            "repodata_version": 1,
        }
        files[f"/{subdir}/repodata.json"] = json.dumps(repodata).encode()
    return files


def _package(info: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:bz2") as archive:
        for name, text in info.items():
            member = tarfile.TarInfo(f"info/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()
