"""Is no secret kept, wherever in a user agent or a path it stands?"""

from __future__ import annotations

import random

import duckdb
import pyarrow as pa
import pytest

from census_support.inputs.secrets_everywhere import agents_with, made_up_secrets, paths_with, shown
from conda_census.decode.agents import AGENT_COLUMNS, DESCRIBE_AGENT_SQL
from conda_census.decode.artifacts import ARTIFACT_COLUMNS, DESCRIBE_PATH_SQL
from conda_census.decode.kept_texts import kept_version_sql
from conda_census.decode.tokens import TOKENS_SQL
from conda_census.decode.web_agents import register_web_agents

ROUNDS = 3


def test_no_secret_of_a_user_agent_is_kept() -> None:
    """In the place of each name and version, and joined to each in many ways."""
    dice = random.Random(15)  # noqa: S311
    secrets = [secret for _ in range(ROUNDS) for _, secret in made_up_secrets(dice)]
    by_agent = {agent: secret for secret in secrets for agent in agents_with(secret)}
    connection = duckdb.connect()
    register_web_agents(connection)
    connection.register("user_agents", pa.table({"user_agent": list(by_agent)}))
    connection.execute(f"CREATE TABLE decoded AS {TOKENS_SQL}")
    connection.execute("CREATE VIEW agents AS SELECT DISTINCT agent FROM decoded")
    described = connection.sql(f"FROM decoded JOIN ({DESCRIBE_AGENT_SQL}) USING (agent)").to_arrow_table()
    kept = described.select(["user_agent", "sharing", "plugin_version", *AGENT_COLUMNS]).to_pylist()
    assert len(kept) == len(by_agent)
    leaks = [row for row in kept if shown(by_agent[row["user_agent"]], _texts(row, "user_agent"))]
    assert leaks == []


def test_no_secret_of_a_path_is_kept() -> None:
    """In the channel, the subdir, the name, the version, the build, and around the path."""
    dice = random.Random(15)  # noqa: S311
    secrets = [secret for _ in range(3 * ROUNDS) for _, secret in made_up_secrets(dice)]
    by_path = {path: secret for secret in secrets for path in paths_with(secret)}
    connection = duckdb.connect()
    connection.register("paths", pa.table({"path": list(by_path)}))
    kept = connection.sql(DESCRIBE_PATH_SQL).to_arrow_table().select(["path", *ARTIFACT_COLUMNS]).to_pylist()
    assert len(kept) == len(by_path)
    assert [row for row in kept if shown(by_path[row["path"]], _texts(row, "path"))] == []


@pytest.mark.parametrize(
    ("file", "kept"),
    [
        # four numbers are a version of a package, as long as they begin as one
        ("tool-4.5.5.64-py312h1234567_0", ("tool", "4.5.5.64", "py312h1234567_0")),
        ("tool-198.51.100.7-0", (None, None, None)),
        # the hash of a commit is shortened, and the package counts
        ("tool-0.1+g0123456789abcdef0123456789abcdef01234567-0", ("tool", "0.1+g0123456", "0")),
        ("tool-1.0-CLIENTclientCLIENTcl01", ("tool", "1.0", "other")),
        ("tool-1.0-Release_CPU_py312h1234567_0", ("tool", "1.0", "Release_CPU_py312h1234567_0")),
        ("tool-1.0-cuda118py311hde98f2b_200", ("tool", "1.0", "cuda118py311hde98f2b_200")),
    ],
)
def test_packages_keep_what_is_no_secret(file: str, kept: tuple[str | None, ...]) -> None:
    """A build that may be a secret is ``other``; a version that may be one makes no package."""
    connection = duckdb.connect()
    connection.register("paths", pa.table({"path": [f"/main/linux-64/{file}.conda"]}))
    row = connection.execute(f"SELECT name, version, build FROM ({DESCRIBE_PATH_SQL})").fetchone()
    assert row == kept


@pytest.mark.parametrize(
    "version",
    [
        *(
            "24.7.1",
            "25.1.1.dev20+gabcdef",
            "4.2.17-33-g1bbfe76",
            "4.6.3.post8+8f640d35a",
            "3.13.0rc2",
            "1.1.1k",
        ),
        *(
            "5.15.133.1-microsoft-standard-WSL2",
            "4.11.0.73_gb1ea4be80",
            "138.0.0.0",
            "24.6.0.0",
            "2008ServerR2",
        ),
        *(
            "5.14.21-150500.55.28-default",
            "5.15.0-209.161.7.2.el9uek.x86_64",
            "6.1.21-v8+",
            "12.1-RELEASE-p8",
        ),
        *("3.10.0-1160.119.1.el7.x86_64", "5.4.3-050403-generic", "bookworm", "unknown", "1!2.0", "v1.68.1"),
    ],
)
def test_real_versions_are_kept(version: str) -> None:
    """Of tools, kernels and distributions."""
    assert _version(version) == version


@pytest.mark.parametrize(
    "version",
    [
        *(
            "",
            "x",
            "198.51.100.7",
            "10.0.0.1",
            "8.8.8.8",
            "2.36-198.51.100.77",
            "ip-192-0-2-1",
            "2.36_NIedulQP",
        ),
        *("2001-db8-0-0-0-0-0-1", "0-550e8400-e29b-41d4-a716-446655440000", "0.feed00beefcafe00", "1." * 33),
        *(
            "1a@example.org",
            "1=2",
            "1%20",
            "1?token=2",
            "2.36.CLIENTclientCLIENTcl01",
            "abcdefghijklmnopqrstuv",
        ),
    ],
)
def test_what_is_no_version_is_not_kept(version: str) -> None:
    """Addresses, tokens of all kinds, and what is too long."""
    assert _version(version) is None


def _version(text: str) -> str | None:
    connection = duckdb.connect()
    [(kept,)] = connection.execute(
        f"SELECT {kept_version_sql('text')} FROM (SELECT ? AS text)", [text]
    ).fetchall()
    return kept  # type: ignore[no-any-return]


def _texts(row: dict[str, object], without: str) -> str:
    return " ".join(str(value) for name, value in row.items() if name != without and value is not None)
