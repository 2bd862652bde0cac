"""How often was each package downloaded, in the form in which Anaconda publishes it?

The public package data are one row for each hour or month, source, package, version, platform and Python:
https://github.com/ContinuumIO/anaconda-package-data, whose seven columns these are.
"""

from __future__ import annotations

from typing import Literal

import ibis
from ibis.expr.types import StringValue, Table

__all__ = ["COLUMNS", "Period", "public_downloads", "python_of"]

Period = Literal["hour", "month"]

COLUMNS = ("time", "data_source", "pkg_name", "pkg_version", "pkg_platform", "pkg_python", "counts")

#: The channels that together are the ``defaults`` of conda; the public data call them so.
_DEFAULTS = r"^pkgs/[a-z0-9]+$"
_DEFAULTS_NAME = "anaconda"
#: ``py311h06a4308_0``, ``np119py38_0``, ``py3.6_0``: the major version is one digit.
_PYTHON = r"py([23])\.?([0-9]{1,2})(?:[^0-9]|$)"


def public_downloads(downloads: Table, period: Period) -> Table:
    """Rows: the seven columns, in the order of all but ``counts``.

    ``time`` is the hour (a timestamp, UTC) or the month (text, ``2024-01``), ``data_source`` the channel,
    ``pkg_platform`` the subdir, ``pkg_python`` the Python that the build was made for, empty for all others,
    ``counts`` the completed downloads.
    """
    month = downloads.day.strftime("%Y-%m")
    rows = downloads.select(
        time=downloads.time.truncate("h") if period == "hour" else month,
        data_source=downloads.channel.re_search(_DEFAULTS).ifelse(_DEFAULTS_NAME, downloads.channel),
        pkg_name=downloads.name,
        pkg_version=downloads.version,
        pkg_platform=downloads.subdir,
        pkg_python=python_of(downloads.build),
    )
    keys = COLUMNS[:-1]
    return rows.group_by(*keys).aggregate(counts=rows.count()).order_by(*keys)


def python_of(build: StringValue) -> StringValue:
    """``3.11`` of ``py311h06a4308_0``; empty where the build names no version, as of ``pyhd8ed1ab_0``."""
    # Spark's group of no match is empty, and DuckDB's too.
    minor = build.re_extract(_PYTHON, 2)
    whole = build.re_extract(_PYTHON, 1) + ibis.literal(".") + minor
    return (minor == "").ifelse("", whole)
