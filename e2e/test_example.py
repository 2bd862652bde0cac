"""The example log and the figures beside it."""

import ipaddress
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from e2e import census_command
from e2e.access_log import read_log
from e2e.figures import FIGURES, figure_in

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
LOG = EXAMPLES / "access.log"
DOCUMENTATION_NETWORKS = tuple(
    map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))
)
"""RFC 5737 and RFC 3849."""
README_ROW = re.compile(r"^\| [^|]+ \| `(?P<name>[^`|]+)` \| (?P<figure>[0-9.]+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def expected() -> dict[str, float]:
    """What the scenario did when it wrote the example."""
    figures: dict[str, float] = json.loads((EXAMPLES / "expected.json").read_text(encoding="utf-8"))
    return figures


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """The report of the example."""
    lake = tmp_path_factory.mktemp("example") / "census-lake"
    census_command.ingest(LOG, lake)
    return census_command.report(lake)


@pytest.mark.parametrize("name", FIGURES)
def test_report_of_the_example_is_as_expected(
    name: str, report: Mapping[str, object], expected: dict[str, float]
) -> None:
    """Each figure of the report of the example is what the scenario did."""
    assert figure_in(report, name) == pytest.approx(expected[name])


def test_readme_tells_the_same_figures(expected: dict[str, float]) -> None:
    """Each figure in the table of the example's README is the expected one."""
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    figures = {row["name"]: float(row["figure"]) for row in README_ROW.finditer(readme)}
    assert len(figures) >= 10
    assert {name: pytest.approx(expected[name], abs=0.0005) for name in figures} == figures


def test_example_shows_documentation_addresses_alone() -> None:
    """No address in the example belongs to anybody."""
    addresses = {ipaddress.ip_address(line.address) for line in read_log(LOG)}
    assert len(addresses) == 4
    assert all(any(address in network for network in DOCUMENTATION_NETWORKS) for address in addresses)


def test_example_has_no_path_of_a_machine() -> None:
    """What the example says stands in its requests; no folder, host or account of the machine does."""
    for line in read_log(LOG):
        assert line.path.startswith(("/acme/main/", "/miniconda/", "/favicon.ico")) or line.path == "/"


@pytest.mark.takes_turns(5, among="the longest")
def test_ingesting_it_twice_leaves_the_report_as_it_is(tmp_path: Path) -> None:
    """The JSON, the terminal and the page are the same to the byte, but for when the page was made."""
    lake, page = tmp_path / "lake", tmp_path / "report.html"
    reports = []
    for _ in range(2):
        census_command.ingest(LOG, lake)
        json_text = census_command.output("report", lake=lake)
        terminal = census_command.output("report", lake=lake, form=("--html", page))
        undated = re.sub(r"Made on .* UTC by", "Made by", page.read_text(encoding="utf-8"))
        reports.append((json_text, terminal, undated))
    assert "Made by conda-census" in reports[0][2]
    assert reports[0] == reports[1]
