"""The plug-in's package, installed by conda."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from e2e.access_log import read_log
from e2e.base_environment import CONDA_VERSION, add_base_packages, make_base
from e2e.channel import Package, index_channel, make_channel
from e2e.conda_client import PLUG_IN, Installation, make_installation
from e2e.distributions import unpack_conda
from e2e.plug_in_package import (
    CLIENT,
    CondaPackage,
    add_build_tools,
    make_with_rattler_build,
    make_with_whl2conda,
    read_package,
)
from e2e.programs import require
from e2e.scenario import CHANNEL, CONDARC
from e2e.web_server import WebServer, serve

INSTALLER = CLIENT / "installer" / "construct.yaml"
MAKERS = ("whl2conda", "rattler-build")
#: Metadata for which a solver refuses, and for which it does not.
CONDAS = tuple(Package("conda", version, 0, "noarch", ".conda") for version in ("23.5.2", "23.7.4"))
USER_AGENT = re.compile(r"user-agent : (.*)")
SHOWN = re.compile(r"conda/\S+ .* aau/(\S+) c/\. s/\. e/\.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where everything is."""
    return tmp_path_factory.mktemp("recipe")


@pytest.fixture(scope="module")
def conda_package(folder: Path) -> Path:
    """The real conda."""
    return unpack_conda(folder / "conda-package")


@pytest.fixture(scope="module")
def channel(folder: Path, conda_package: Path) -> Path:
    """A channel with ``python``, ``conda`` and what builds a wheel."""
    made = folder / "served" / CHANNEL
    add_base_packages(made, folder / "work", conda_package)
    add_build_tools(made, folder / "work", conda_package)
    return made


@pytest.fixture(scope="module")
def packages(folder: Path, channel: Path) -> dict[str, CondaPackage]:
    """The plug-in's package, by what has made it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RATTLER_CACHE_DIR", str(folder / "rattler-cache"))
        built = make_with_rattler_build(channel, folder / "rattler-build")
    made = make_with_whl2conda(folder / "whl2conda")
    return {
        maker: read_package(archive, folder / f"{maker}-unpacked")
        for maker, archive in zip(MAKERS, (made, built), strict=True)
    }


@pytest.fixture(scope="module")
def server(folder: Path, conda_package: Path, packages: dict[str, CondaPackage]) -> Iterator[WebServer]:
    """That channel, and for each maker one with the plug-in's package."""
    nginx = require("nginx", "nginx")
    served = folder / "served"
    make_channel(served / "old", CONDAS, folder / "work-old", conda_package)
    for maker, package in packages.items():
        archive = served / maker / "noarch" / package.archive.name
        archive.parent.mkdir(parents=True)
        archive.write_bytes(package.archive.read_bytes())
        index_channel(served / maker, conda_package)
    with serve(nginx, served, folder / "nginx") as running:
        yield running


@pytest.fixture
def install_base(tmp_path: Path, conda_package: Path, server: WebServer) -> Callable[..., Installation]:
    """Return a function that lets conda make a base environment, always at the same place."""
    condarc = CONDARC.format(url=server.url, channel=CHANNEL) + "add_pip_as_python_dependency: false\n"
    home = tmp_path / "home"
    home.mkdir()
    bootstrap = make_installation("bootstrap", tmp_path, home, conda_package, condarc, plug_in=False)
    channels = tuple(f"{server.url}/{name}" for name in (CHANNEL, "whl2conda"))

    def install(specifications: tuple[str, ...] = ("python", "conda")) -> Installation:
        return make_base(bootstrap, tmp_path / "miniconda", channels, condarc, specifications)

    return install


@pytest.fixture
def base(install_base: Callable[..., Installation]) -> Installation:
    """A base environment without the plug-in."""
    return install_base()


def _user_agent(installation: Installation) -> str:
    (agent,) = USER_AGENT.findall(installation.conda("info", trace=False).stdout)
    return str(agent)


def _is_installed(installation: Installation) -> bool:
    return PLUG_IN in installation.conda("list", trace=False).stdout


@pytest.mark.takes_turns(5, among="the longest")
def test_wheel_and_recipe_make_the_same_package(packages: dict[str, CondaPackage]) -> None:
    """What solvers, conda and readers see of both is the same, and so are the modules."""
    made, built = (packages[maker] for maker in MAKERS)
    for key in ("name", "version", "depends", "constrains", "noarch", "license", "subdir", "build_number"):
        assert made.index[key] == built.index[key]
    assert {key: made.about[key] for key in ("summary", "license")} == {
        key: built.about[key] for key in ("summary", "license")
    }
    assert _entry_points(made) == _entry_points(built)
    assert _modules(made) == _modules(built)
    assert f"site-packages/{PLUG_IN.replace('-', '_')}/plugin.py" in _modules(made)


def _entry_points(package: CondaPackage) -> list[str]:
    noarch = package.link["noarch"]
    assert isinstance(noarch, dict)
    return [point.replace(" ", "") for point in noarch["entry_points"]]


def _modules(package: CondaPackage) -> set[str]:
    return {path for path in package.files if ".dist-info/" not in path}


@pytest.mark.takes_turns(5, among="the longest")
def test_the_package_depends_on_python_alone(packages: dict[str, CondaPackage]) -> None:
    """It is for any Python from 3.8 on, brings no conda, and goes with those that it is written for."""
    index = packages["whl2conda"].index
    assert index["name"] == PLUG_IN
    assert (index["noarch"], index["depends"]) == ("python", ["python >=3.8"])
    assert index["constrains"] == ["conda >=23.7"]
    assert _entry_points(packages["whl2conda"]) == ["anaconda-anon-usage=anaconda_anon_usage.cli:main"]


@pytest.mark.takes_turns(2)
@pytest.mark.parametrize("maker", MAKERS)
def test_conda_installs_it_into_its_own_base(base: Installation, server: WebServer, maker: str) -> None:
    """From then on ``conda info`` shows the suffix and conda sends it; once removed, conda is as before."""
    before = _user_agent(base)
    assert " aau/" not in before
    base.conda("install", "--channel", f"{server.url}/{maker}", PLUG_IN)
    shown = SHOWN.fullmatch(_user_agent(base))
    assert shown
    assert shown[0].startswith(before)
    program = base.root_prefix / "bin" / PLUG_IN
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert said.stdout == f"{shown[1]}\n"
    logged = len(read_log(server.access_log))
    base.conda("search", "conda")
    lines = read_log(server.access_log)[logged:]
    assert lines
    assert all(line.token("c") and line.token("s") for line in lines)
    base.conda("remove", PLUG_IN)
    assert _user_agent(base) == before


@pytest.mark.takes_turns(5, among="the longest")
def test_the_choice_and_the_token_outlive_the_installation(
    install_base: Callable[..., Installation], server: WebServer
) -> None:
    """Miniconda is removed with all its files and installed again: they are the user's, and in the home."""
    install = ("install", "--channel", f"{server.url}/whl2conda", PLUG_IN)
    base = install_base()
    base.conda(*install)
    base.conda("search", "conda")
    before = read_log(server.access_log)[-1].token("c")
    assert before
    base.conda("config", "--set", "anaconda_anon_usage", "off")
    shutil.rmtree(base.root_prefix)
    base = install_base()
    base.conda(*install)
    assert re.search(r" aau/\S+$", _user_agent(base))
    base.conda("config", "--set", "anaconda_anon_usage", "on")
    base.conda("search", "conda")
    assert read_log(server.access_log)[-1].token("c") == before


@pytest.mark.takes_turns(5, among="the longest")
def test_the_installers_specifications_make_a_base_with_the_plug_in(
    install_base: Callable[..., Installation],
) -> None:
    """What constructor would install, installed by conda; without the plug-in conda is as it was."""
    construct = yaml.safe_load(INSTALLER.read_text(encoding="utf-8"))
    base = install_base(tuple(construct["specs"]))
    assert SHOWN.fullmatch(_user_agent(base))
    base.conda("remove", PLUG_IN)
    assert " aau/" not in _user_agent(base)


@pytest.mark.takes_turns(5, among="the longest")
def test_it_goes_with_no_conda_that_is_too_old(base: Installation, server: WebServer) -> None:
    """A solver refuses it beside conda 23.5, takes it beside 23.7, and brings no conda of its own."""
    channels = ("--channel", f"{server.url}/whl2conda", "--channel", f"{server.url}/old")
    with pytest.raises(RuntimeError, match="incompatible"):
        base.conda("create", "--name", "old", "--dry-run", *channels, "conda=23.5.2", PLUG_IN, trace=False)
    base.conda("create", "--name", "new", "--dry-run", *channels, "conda=23.7.4", PLUG_IN, trace=False)
    base.conda("create", "--name", "none", *channels, PLUG_IN, trace=False)
    listed = base.conda("list", "--name", "none", "--json", trace=False).stdout
    assert f'"name": "{PLUG_IN}"' in listed
    assert '"name": "conda"' not in listed
    assert CONDA_VERSION in base.conda("--version", trace=False).stdout
