"""Which log formats does the census read?"""

from __future__ import annotations

from conda_census.logs.formats.cloudfront import CLOUDFRONT
from conda_census.logs.formats.combined import COMBINED
from conda_census.logs.formats.log_format import LogFormat

__all__ = ["FORMATS", "LogFormat"]

FORMATS: dict[str, LogFormat] = {log_format.name: log_format for log_format in (COMBINED, CLOUDFRONT)}
