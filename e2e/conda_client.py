"""Conda installations, and the real conda in them."""

import os
import re
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

from e2e.distributions import link_distributions

PLUG_IN = "anaconda-anon-usage"
CONDA_NEEDS = (
    "archspec",
    "boltons",
    "conda-package-handling",
    "conda-package-streaming",
    "distro",
    "frozendict",
    "jsonpatch",
    "msgpack",
    "platformdirs",
    "pluggy",
    "python-sat",
    "requests",
    "ruamel.yaml",
    "tqdm",
    "truststore",
    "zstandard",
)
COMMAND_TIMEOUT_S = 120
REQUEST_LOGGED_BY_CLIENT = re.compile(
    r'https?://\S+ "(?P<method>[A-Z]+) (?P<path>\S+) HTTP/1\.1" (?P<status>\d{3}) '
)


@dataclass(frozen=True)
class ClientRequest:
    """One HTTP request as the client itself logged it."""

    method: str
    path: str
    status: int


@dataclass(frozen=True)
class CommandResult:
    """What one conda process printed and did, as seen on the side of the client only."""

    stdout: str
    requests: tuple[ClientRequest, ...]
    fetched: frozenset[str]
    """File names of the packages that are new in the package cache."""


@dataclass(frozen=True)
class Installation:
    """One conda installation of one user: a root prefix with its own package cache."""

    name: str
    root_prefix: Path
    home: Path

    def has_environment(self, name: str) -> bool:
        """Return whether there is an environment of that name, by the file that conda itself checks."""
        return (self.root_prefix / "envs" / name / "conda-meta" / "history").is_file()

    def conda(self, *arguments: str, trace: bool = True) -> CommandResult:
        """Run the real conda as a process of its own and return what it did.

        With ``trace``, conda runs at its highest verbosity and logs each of its requests.

        Raises:
            RuntimeError: conda failed; the message has what it printed.
        """
        before = self._package_cache()
        command = [str(self._python), "-m", "conda", *arguments, *(["-vvv"] if trace else [])]
        done = subprocess.run(
            command,
            env=self.environment_variables(),
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"conda {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
        return CommandResult(
            stdout=done.stdout,
            requests=_requests(done.stderr),
            fetched=self._package_cache() - before,
        )

    def environment_variables(self) -> dict[str, str]:
        """Return the variables, with none of the person who runs the tests."""
        return {
            "HOME": str(self.home),
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            # conda's default SAT library has no wheel; conda supports this one too
            "CONDA_SAT_SOLVER": "pysat",
        }

    @property
    def _python(self) -> Path:
        return self.root_prefix / "bin" / "python"

    def _package_cache(self) -> frozenset[str]:
        cache = self.root_prefix / "pkgs"
        return frozenset(file.name for pattern in ("*.conda", "*.tar.bz2") for file in cache.glob(pattern))


def make_installation(
    name: str, folder: Path, home: Path, conda_package: Path, condarc: str, *, plug_in: bool = True
) -> Installation:
    """Make an installation of conda in ``folder / name``, by default with the plug-in.

    It can import conda, what conda needs and the plug-in, and no other package of this interpreter.
    """
    root_prefix = folder / name
    venv.create(root_prefix, symlinks=True, with_pip=False)
    (site_packages,) = (root_prefix / "lib").glob("python3.*/site-packages")
    (site_packages / "conda").symlink_to(conda_package)
    link_distributions((*CONDA_NEEDS, *([PLUG_IN] if plug_in else [])), site_packages)
    (root_prefix / "conda-meta").mkdir()
    (root_prefix / "conda-meta" / "history").touch()
    (root_prefix / ".condarc").write_text(condarc, encoding="utf-8")
    return Installation(name=name, root_prefix=root_prefix, home=home)


def _requests(trace: str) -> tuple[ClientRequest, ...]:
    return tuple(
        ClientRequest(method=fields["method"], path=fields["path"], status=int(fields["status"]))
        for fields in REQUEST_LOGGED_BY_CLIENT.finditer(trace)
    )
