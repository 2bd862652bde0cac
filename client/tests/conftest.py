"""Fixtures: a real conda with a root prefix of its own, and a channel on loopback that notes who asks."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sysconfig
import tarfile
import threading
import venv
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIMEOUT_S = 120


def require(condition: object, install: str) -> None:
    """Skip the test unless `condition` holds, saying what to install; fail where nothing may be skipped."""
    if not condition:
        message = f"not installed: {install}"
        if os.environ.get("CENSUS_REQUIRE_ALL") == "1":
            pytest.fail(message)
        pytest.skip(message)


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


class Conda(NamedTuple):
    """A conda installation, whose home, configuration and package cache are the test's alone."""

    root: Path
    home: Path
    variables: dict[str, str]

    @property
    def condarc(self) -> Path:
        """The user's configuration."""
        return self.home / ".condarc"

    def __call__(
        self, *arguments: str | Path, status: int = 0, **variables: str | None
    ) -> subprocess.CompletedProcess[str]:
        """Run one conda command and check what it returns. A variable that is ``None`` is unset."""
        environ = {k: v for k, v in {**self.variables, **variables}.items() if v is not None}
        command = [str(self.root / "bin" / "python"), "-m", "conda", *map(str, arguments)]
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
            [str(self.root / "bin" / "python"), "-c", code],
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


@pytest.fixture(scope="session")
def conda_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy conda out of conda-lock, and undo what vendoring did to its few absolute imports."""
    found = importlib.util.find_spec("conda_lock")
    require(found, "conda-lock==4.0.3 (with --no-deps), which carries conda 24.7.1")
    require(importlib.util.find_spec("pysat"), "python-sat")
    vendored = Path(str(found.origin)).parent / "_vendor" / "conda"  # type: ignore[union-attr]
    package = tmp_path_factory.mktemp("package") / "conda"
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


@pytest.fixture
def install_conda(tmp_path: Path, channel: Channel, conda_package: Path) -> Callable[..., Conda]:
    """Return a function that makes a conda installation: a root prefix of its own, with the plug-in in it."""

    def install(name: str = "root", home: str = "home") -> Conda:
        root = tmp_path / name
        venv.create(root, symlinks=True)
        (root / "conda-meta").mkdir()
        (root / "conda-meta" / "history").touch()
        (site_packages,) = (root / "lib").glob("python3.*/site-packages")
        (site_packages / "conda").symlink_to(conda_package)
        # All that the tests' own environment has, but conda-lock, which is a plug-in of conda too.
        for entry in Path(sysconfig.get_path("purelib")).iterdir():
            if not entry.name.startswith(("conda_lock", "conda.", "__pycache__")):
                (site_packages / entry.name).symlink_to(entry)
        executable = root / "bin" / "conda"
        executable.write_text(f'#!/bin/sh\nexec "{root}/bin/python" -m conda "$@"\n')
        executable.chmod(0o755)
        folder = tmp_path / home
        folder.mkdir(exist_ok=True)
        conda = Conda(root, folder, _variables(root, folder))
        if not conda.condarc.exists():
            conda.condarc.write_text(f"channels: [{channel.url}]\ndefault_channels: []\n")
        return conda

    return install


@pytest.fixture
def conda(install_conda: Callable[..., Conda]) -> Conda:
    """Make one conda installation."""
    return install_conda()


def _variables(root: Path, home: Path) -> dict[str, str]:
    return {
        "CONDA_ALWAYS_YES": "true",
        "CONDA_ENVS_DIRS": str(root / "envs"),
        "CONDA_NUMBER_CHANNEL_NOTICES": "0",
        "CONDA_PKGS_DIRS": str(root / "pkgs"),
        "CONDA_REPORT_ERRORS": "false",  # or an unexpected error would be sent to conda's authors
        "CONDA_REPODATA_FNS": "repodata.json",
        "CONDA_SAT_SOLVER": "pysat",
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
