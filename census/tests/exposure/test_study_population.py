"""The units of a study population, and the builds that they hold."""

from __future__ import annotations

from datetime import UTC, datetime

import ibis

from conda_census.exposure.study_population import COPIED, holds_affected, installation_of_unit


def test_the_latest_own_download_is_held() -> None:
    """An affected build is held if it was downloaded last, or at the same time as an unaffected one."""
    one, two = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)
    cases = [
        (one, None, True),
        (two, one, True),
        (one, one, True),
        (one, two, False),
        (None, one, False),
        (None, None, False),
    ]
    rows = [
        {"case": case, "affected": affected, "unaffected": unaffected}
        for case, (affected, unaffected, _expected) in enumerate(cases)
    ]
    schema = {"case": "int64", "affected": "timestamp('UTC')", "unaffected": "timestamp('UTC')"}
    table = ibis.memtable(rows, schema=ibis.schema(schema))

    held = table.mutate(held=holds_affected(table.affected, table.unaffected)).order_by("case").to_pyarrow()

    assert held["held"].to_pylist() == [expected for _affected, _unaffected, expected in cases]


def test_a_copied_token_is_an_installation_of_its_own() -> None:
    """Every other unit belongs to its owner."""
    rows = [{"environment": b"baked", "owner": COPIED}, {"environment": b"base", "owner": b"ada"}]
    units = ibis.memtable(rows, schema=ibis.schema({"environment": "binary", "owner": "binary"}))

    named = units.select("environment", installation=installation_of_unit(units)).to_pyarrow().to_pylist()

    assert {row["environment"]: row["installation"] for row in named} == {b"baked": b"baked", b"base": b"ada"}
