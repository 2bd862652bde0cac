"""Log formats that ``census.toml`` describes"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conda_census.errors import CensusError
from conda_census.logs.formats.apache import apache_format
from conda_census.logs.formats.cloudfront_realtime import configured_realtime
from conda_census.logs.formats.nginx import nginx_format
from conda_census.logs.parsing.field_map import field_map_format
from conda_census.logs.parsing.log_format import LogFormat
from conda_census.settings_file import FormatTable

__all__ = ["configured_format"]


def configured_format(table: FormatTable, built_in: Mapping[str, LogFormat]) -> LogFormat:
    """Return the format that a table of ``[formats]`` describes.

    Raises:
        CensusError: something in it is not known or is missing: one line with file, field and what to do.
    """
    rate = table.sample_rate or 1.0
    template_options = (table.address, table.other, rate)
    if table.nginx is not None:
        return nginx_format(table.name, f"{table.place}.nginx", table.nginx, *template_options)
    if table.apache is not None:
        return apache_format(table.name, f"{table.place}.apache", table.apache, *template_options)
    if table.address is not None:
        raise CensusError(f"{table.place}: address is only for nginx and apache: remove it")
    if table.json is not None:
        return field_map_format(table.name, f"{table.place}.json", table.json, rate)
    if table.cloudfront_realtime is not None:
        place = f"{table.place}.cloudfront-realtime"
        return configured_realtime(table.name, place, table.cloudfront_realtime, table.other, rate)
    if table.name not in built_in:
        raise CensusError(
            f"{table.place}: nothing describes its lines: add nginx, apache, json or cloudfront-realtime"
        )
    return replace(built_in[table.name], sample_rate=rate)
