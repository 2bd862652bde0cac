"""The channel of a path, whatever server it comes from, and without any secret."""

from __future__ import annotations

import random
import string

import duckdb
import pyarrow as pa
import pytest

from conda_census.decode.artifacts import DESCRIBE_PATH_SQL
from conda_census.decode.channels import is_secret_sql

FILE = "linux-64/numpy-1.26.4-py312h2809609_0.conda"

# What stands before the subdir in the paths of real servers, and the channel that it is.
SERVERS = {
    "/acme/": "acme",
    "//repo.example.org/acme/dev/": "acme/dev",
    "//repo.example.org/": "",
    "//repo.example.org:8080/acme/": "acme",
    "//localhost:8080/acme/": "acme",
    "//acme//dev//": "acme/dev",
    # Artifactory
    "/artifactory/api/conda/conda-local/": "conda-local",
    "/artifactory/conda-local/": "conda-local",
    "/tools/artifactory/api/conda/conda-local/label/dev/": "conda-local",
    # Nexus 3 and 2
    "/repository/conda-proxy/main/": "conda-proxy/main",
    "/nexus/repository/conda-hosted/": "conda-hosted",
    "/nexus/content/repositories/conda/": "conda",
    "/content/groups/conda-all/": "conda-all",
    "/tools/nexus/content/repositories/conda/acme/": "conda/acme",
    # Gitea and Forgejo
    "/api/packages/alice/conda/": "alice",
    "/api/packages/alice/conda/dev/": "alice/dev",
    "/git/api/packages/alice/conda/dev/nightly/": "alice/dev/nightly",
    # GitLab
    "/api/v4/projects/42/packages/conda/": "42",
    "/api/v4/projects/group%2Fproject/packages/conda/dev/": "group/project/dev",
    "/gitlab/api/v4/groups/acme/-/packages/conda/": "acme",
    # Quetz
    "/get/dev/": "dev",
    "/quetz/get/dev/": "dev",
    "/api/channels/dev/": "dev",
    "/t/xx-1-secret/get/dev/": "dev",
    # Anaconda Server
    "/api/repo/dev/": "dev",
    "/api/repo/t/xx-1-secret/dev/": "dev",
    "/anaconda-server/api/repo/dev/label/rc/": "dev",
    "/repo/main/": "main",
    # anaconda.org
    "/acme/numpy/1.26.4/download/": "acme",
    "/package/acme/numpy/1.26.4/download/": "acme",
    "/download/acme/numpy/1.26.4/": "acme",
    "/acme/numpy/1.26.5/download/": "acme/numpy/1.26.5/download",
    "/acme/scipy/1.26.4/download/": "acme/scipy/1.26.4/download",
    # Cloudsmith, with the token of an entitlement or without
    "/public/acme/repo/conda/": "acme/repo",
    "/basic/acme/repo/conda/": "acme/repo",
    "/secretSECRET0secretSECRET1/acme/repo/conda/": "acme/repo",
    "/secret7890123456/acme/repo/conda/": "acme/repo",
    # Pulp, and mirrors of universities
    "/pulp/content/acme/": "acme",
    "/anaconda/cloud/bioconda/": "bioconda",
    "/anaconda/pkgs/free/": "pkgs/free",
    # names that servers use, and channels have too
    "/repo/": "repo",
    "/get/": "get",
    "/acme/get/dev/": "acme/get/dev",
    "/conda/": "conda",
    "/dist/conda/": "dist/conda",
}

# Whatever a secret looks like and wherever it stands, it is in no column; None for a path that is no package.
SECRETS = {
    "/t/xx-1-secret/acme/": "acme",
    "/T/xx-1-secret/acme/": "acme",
    "/t//xx-1-secret//acme/": "acme",
    "/conda/T/xx-1-secret/acme/": "conda/acme",
    "/t/xx-1%2Fsecret/acme/": "acme",
    "/t/xx-1%252Fsecret/acme/": "acme",
    "/t/xx%2D1%2Dsecret%2Frest/acme/": "acme",
    "/%74/xx-1-secret/acme/": "acme",
    "/%2574/xx-1-secret/acme/": "acme",
    "/%54/xx-1-secret/acme/": "acme",
    "t/xx-1-secret/acme/": "acme",
    "//repo.example.org/t/xx-1-secret/acme/": "acme",
    "/secret@example.org/acme/": "other",
    "/secret%40example.org/acme/": "other",
    "/acme/secret+tag@example.org/": "other",
    "/user:secret@example.org/acme/": "other",
    "/192.0.2.7/secret/": "other",
    "/acme/host-192.0.2.7-secret/": "other",
    "/2001:db8::1/secret/": "other",
    "/[2001:db8::1]/secret/": "other",
    "/token/secret/acme/": "other",
    "/acme/api-key/secret/": "other",
    "/tk-0secret/acme/": "other",
    "/ghp_secret/acme/": "other",
    "/glpat-secret/acme/": "other",
    "/secret7890123456/acme/": "other",
    "/acme/550e8400-e29b-41d4-a716-secret446655/": "other",
    "/get/secretSECRET0secretSECRET1/dev/": "other",
    "/secretSECRET0secretSECRET1/secretSECRET0secretSECRET2/repo/conda/": "other",
}

CHANNELS = [
    "AnacondaRecipes",
    "AutodeskFusion",
    "Bioconductor",
    "EuroPythonConferenceTeam",
    "HCC",
    "InsightSoftwareConsortium",
    "MyCompany-Release-2024-Q1",
    "OpenEye",
    "QuantStack",
    "bioconda",
    "cctbx202211",
    "conda-forge",
    "cuda-12.1.1",
    "defaults",
    "dev01",
    "emscripten-forge-4x",
    "free",
    "gurobi-beta",
    "h2oai",
    "huggingface",
    "ibmdecisionoptimization",
    "ilastik-forge",
    "mantid-nightly",
    "my_company_dev_2024.10",
    "nightly-20240116",
    "nvidia",
    "ohmeta",
    "paddlepaddle",
    "plotly",
    "pytorch-lts",
    "pytorch-nightly",
    "python3.12-cuda12.4-torch2.5",
    "rapidsai-nightly",
    "release-2024.03.1-rc2",
    "robostack-staging",
    "team42",
    "xeus-python",
    "~alice",
]


def _described(paths: list[str], known_channels: list[str] | None = None) -> list[dict[str, object]]:
    """Return what each path says, in the order of the paths."""
    connection = duckdb.connect()
    connection.execute("SET VARIABLE known_channels = ?", [known_channels])
    connection.register("paths", pa.table({"path": paths}))
    rows = {row["path"]: row for row in connection.sql(DESCRIBE_PATH_SQL).to_arrow_table().to_pylist()}
    return [rows[path] for path in paths]


@pytest.mark.parametrize("before", SERVERS)
def test_one_channel_has_one_name_whatever_serves_it(before: str) -> None:
    """What servers put before, behind and around a channel is no part of its name."""
    [row] = _described([before + FILE])
    assert (row["kind"], row["channel"]) == ("package", SERVERS[before])


@pytest.mark.parametrize("before", SECRETS)
def test_no_secret_in_a_path_is_kept(before: str) -> None:
    """A token is cut out if its place is known; a channel with a part that may be a secret is ``other``."""
    [row] = _described([before + FILE])
    assert (row["kind"], row["channel"]) == ("package", SECRETS[before])
    kept = {column: value for column, value in row.items() if column != "path"}
    assert "secret" not in str(kept).lower()


def test_names_that_people_give_are_no_secrets() -> None:
    """Names of real channels, and of the kind that companies have."""
    assert [row["channel"] for row in _described([f"/{channel}/{FILE}" for channel in CHANNELS])] == CHANNELS


@pytest.mark.parametrize(
    ("alphabet", "length", "share"),
    [
        ("0123456789abcdef", 32, 0.999),
        (string.ascii_letters + string.digits + "-_", 22, 0.98),
        (string.ascii_letters + string.digits + "-_", 32, 0.999),
        (string.ascii_letters + string.digits, 16, 0.95),
        (string.ascii_lowercase + string.digits, 20, 0.97),
    ],
)
def test_random_text_is_taken_for_a_secret(alphabet: str, length: int, share: float) -> None:
    """All but a few: for those a list of channels in ``census.toml`` is the remedy."""
    chance = random.Random(1)  # noqa: S311  no secret of anybody
    made = ["".join(chance.choices(alphabet, k=length)) for _ in range(5000)]
    connection = duckdb.connect()
    connection.register("made", pa.table({"part": made}))
    [(found,)] = connection.sql(f"SELECT avg({is_secret_sql('part')}::INTEGER) FROM made").fetchall()
    assert found >= share


def test_only_listed_channels_are_named() -> None:
    """The longest that the path ends in; also one that looks like a secret, and none at the root."""
    known = ["conda-forge", "pkgs/main", "main", "secret7890123456"]
    channels = {
        "/conda-forge/": "conda-forge",
        "/mirrors/of/somebody/conda-forge/label/dev/": "conda-forge",
        "/pkgs/main/": "pkgs/main",
        "/xpkgs/main/": "main",
        "/xmain/": "other",
        "/secret7890123456/": "secret7890123456",
        "/conda-forge/secret/": "other",
        "/": "other",
    }
    rows = _described([before + FILE for before in channels], known)
    assert [row["channel"] for row in rows] == list(channels.values())
