"""Log formats that the census reads"""

from __future__ import annotations

from conda_census.config import Settings
from conda_census.logs.formats.artifactory import ARTIFACTORY
from conda_census.logs.formats.caddy import CADDY
from conda_census.logs.formats.cloudflare import CLOUDFLARE
from conda_census.logs.formats.cloudfront import CLOUDFRONT
from conda_census.logs.formats.cloudfront_realtime import CLOUDFRONT_REALTIME
from conda_census.logs.formats.cloudfront_v2 import CLOUDFRONT_V2
from conda_census.logs.formats.combined import COMBINED, COMMON_LOG
from conda_census.logs.formats.configured import configured_format
from conda_census.logs.formats.fastly import FASTLY
from conda_census.logs.formats.gcp import GCP
from conda_census.logs.formats.iis import IIS
from conda_census.logs.formats.nexus import NEXUS
from conda_census.logs.formats.s3 import S3
from conda_census.logs.formats.traefik import TRAEFIK
from conda_census.logs.parsing.log_format import LogFormat

__all__ = ["BUILT_IN", "LogFormat", "formats"]

#: Built-in formats by name.
BUILT_IN: dict[str, LogFormat] = {
    log_format.name: log_format
    for log_format in (
        TRAEFIK,
        COMBINED,
        COMMON_LOG,
        NEXUS,
        CLOUDFRONT,
        CLOUDFRONT_V2,
        CLOUDFRONT_REALTIME,
        IIS,
        S3,
        CLOUDFLARE,
        FASTLY,
        GCP,
        ARTIFACTORY,
        CADDY,
    )
}


def formats(settings: Settings) -> dict[str, LogFormat]:
    """Return formats by name: those in ``census.toml``, then the built-in ones that they do not replace.

    Raises:
        CensusError: something in ``census.toml`` is not known or is missing.
    """
    own = {table.name: configured_format(table, BUILT_IN) for table in settings.formats}
    return {name: own[name] for name in own if name not in BUILT_IN} | BUILT_IN | own
