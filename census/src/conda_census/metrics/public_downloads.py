"""Package downloads in the form of the public package data of Anaconda.

The public data have one row for each hour or month, source, package, version, platform and Python:
https://github.com/ContinuumIO/anaconda-package-data. Its seven columns are the columns here.
"""

from __future__ import annotations

from typing import Literal

import ibis
from ibis.expr.types import StringValue, Table

__all__ = ["COLUMNS", "Period", "public_downloads", "python_of"]

Period = Literal["hour", "month"]

COLUMNS = ("time", "data_source", "pkg_name", "pkg_version", "pkg_platform", "pkg_python", "counts")

#: The channels that form conda's ``defaults``, as the public data name them.
_DEFAULTS = r"^pkgs/[a-z0-9]+$"
_DEFAULTS_NAME = "anaconda"
#: ``py311h06a4308_0``, ``np119py38_0``, ``py3.6_0``: the major version is one digit.
_PYTHON = r"py([23])\.?([0-9]{1,2})(?:[^0-9]|$)"


def public_downloads(downloads: Table, period: Period) -> Table:
    """Return the seven columns, sorted by all but ``counts``.

    ``time`` is the hour (a timestamp, UTC) or the month (text, ``2024-01``), ``data_source`` the channel,
    ``pkg_platform`` the subdir, ``pkg_python`` the Python of the build or empty, and ``counts`` the completed
    downloads.
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
    """Return ``3.11`` for ``py311h06a4308_0``, and empty if no version is named, as in ``pyhd8ed1ab_0``."""
    # An unmatched group is empty in Spark and in DuckDB.
    minor = build.re_extract(_PYTHON, 2)
    whole = build.re_extract(_PYTHON, 1) + ibis.literal(".") + minor
    return (minor == "").ifelse("", whole)
