r"""Package, installer or index file that a path names

Names and channels follow the grammar of CEP 26. Channels in upper case, which are older than the CEP, ``~``
and ``+`` are accepted too. The part before the subdir is the channel, as ``channels.py`` defines it. No part
of a query string and no ``/t/<token>`` leaves this module.
"""

from __future__ import annotations

from conda_census.decode.build_numbers import build_number_sql
from conda_census.decode.channels import CHANNELS_SQL, is_secret_sql, without_subscriber_sql
from conda_census.decode.kept_texts import (
    MACHINES,
    kept_build_sql,
    kept_installer_version_sql,
    kept_package_version_sql,
    may_hold_secret_sql,
)

__all__ = ["ARTIFACT_COLUMNS", "DESCRIBE_PATH_SQL"]

#: Columns that describe a path. ``kind`` is package, index, metadata, heartbeat, installer or other.
ARTIFACT_COLUMNS = (
    "kind",
    "channel",
    "subdir",
    "name",
    "version",
    "build",
    "build_number",
    "extension",
    "product",
    "platform",
)

# Also the host of an absolute URL if a proxy has cut off its scheme.
_HOST = r"(?i)^(?:[a-z][a-z0-9+.-]*://[^/]*|//[a-z0-9.-]+(?:[.][a-z]{2,}|:[0-9]+)(?:/|$))"
# A log may hold a path percent-encoded once or twice. If the decoded bytes are not text, the path is kept.
_DECODED = "if(contains({0}, '%'), coalesce(try(url_decode({0})), {0}), {0})"
_SUBDIR = r"noarch|[a-z0-9]+-[a-z0-9]+"
_PACKAGE = r"[a-z0-9_][a-z0-9._-]*-[0-9a-z._+!]+-[A-Za-z0-9_.+]+\.(?:conda|tar\.bz2)"
_CHANNEL = r"(?:[A-Za-z0-9_~][A-Za-z0-9._~+-]*(?:/[A-Za-z0-9_~][A-Za-z0-9._~+-]*)*)?"

# anaconda.org: owner, name and version, with ``download`` before or after them.
_BEHIND_OWNER = "name || '/' || version || '/'"
_OWNER = f"""
    CASE WHEN NOT contains(before, 'download/') THEN before
         WHEN ends_with(before, '/' || {_BEHIND_OWNER} || 'download/')
         THEN regexp_replace(left(before, -9 - strlen({_BEHIND_OWNER})), '^package/', '')
         WHEN starts_with(before, 'download/') AND ends_with(before, '/' || {_BEHIND_OWNER})
         THEN substring(left(before, -strlen({_BEHIND_OWNER})), 10)
         ELSE before END
"""

_COMPRESSED = r"(?:\.(?:zst|bz2|gz|jlap))?"
_INDEX = (
    rf"(?:current_)?repodata(?:_from_packages)?(?:\.json{_COMPRESSED}|\.jlap)"
    r"|repodata_shards\.msgpack\.zst|[0-9a-f]{64}\.msgpack\.zst"
)
_METADATA = rf"(?:run_exports|channeldata)\.json{_COMPRESSED}|notices\.json"

# The version must begin like a version: Miniforge's uninstaller-patch is not an installer.
_INSTALLER = (
    r"^((?:Miniconda|Anaconda|Miniforge|Mambaforge)(?:CE|[23])?(?:-pypy3)?)"
    r"(?:-(latest|(?:py[0-9]{1,4}_)?[0-9][A-Za-z0-9._+-]{0,63}?))?"
    r"-((?:Linux|MacOSX|Darwin|Windows|SunOS|AIX)-[A-Za-z0-9_]{1,32})\.(sh|pkg|exe)$"
)
# Every release of Miniforge, the latest included, also has files without a version.
_RELEASE = r"/releases/download/([0-9][A-Za-z0-9._+-]{0,63})/[^/]*$"
_PYTHON_BEFORE = "regexp_extract(installer_version, '^py[0-9]+_')"

#: From ``paths(path)``: the columns of ``ARTIFACT_COLUMNS``, null if they do not apply.
#:
#: Most paths need no cleaning, and regular expressions with captures are slow. Therefore there are guards,
#: and parts are cut out by their lengths. A package name is split twice from the right.
DESCRIBE_PATH_SQL = rf"""
    WITH without_host AS (
        SELECT path, if(contains(path, '//'), regexp_replace(path, '{_HOST}', '/'), path) AS place FROM paths
    ), without_query AS (
        SELECT path, if(contains(place, '?') OR contains(place, '#'),
                        split_part(split_part(place, '?', 1), '#', 1), place) AS place
        FROM without_host
    ), decoded_once AS (
        SELECT path, {_DECODED.format(without_subscriber_sql("place"))} AS place FROM without_query
    ), decoded AS (
        SELECT path, {_DECODED.format(without_subscriber_sql("place"))} AS place FROM decoded_once
    ), squeezed AS (
        SELECT path,
               ltrim(if(contains(place, '//'), regexp_replace(place, '/+', '/', 'g'), place), '/') AS place
        FROM decoded
    ), cleaned AS (
        SELECT path, {without_subscriber_sql("place")} AS place FROM squeezed
    ), files AS (
        SELECT path, place, string_split(place, '/') AS folders FROM cleaned
    ), places AS (
        SELECT path, place, folders[-1] AS file, coalesce(folders[-2], '') AS subdir,
               CASE WHEN ends_with(folders[-1], '.conda') THEN 'conda'
                    WHEN ends_with(folders[-1], '.tar.bz2') THEN 'tar.bz2' END AS extension
        FROM files
    ), candidates AS (
        SELECT *,
               extension IS NOT NULL AND strlen(file) <= 211 AND strlen(subdir) <= 32
                   AND regexp_full_match(file, '{_PACKAGE}') AND regexp_full_match(subdir, '{_SUBDIR}')
                   AS is_candidate,
               if(is_candidate, string_split(left(file, -1 - strlen(extension)), '-'), NULL) AS parts,
               if(is_candidate, left(place, -1 - strlen(file) - strlen(subdir)), NULL) AS before
        FROM places
    ), named AS MATERIALIZED (
        SELECT *, parts[-1] AS build, parts[-2] AS version,
               left(file, -3 - strlen(extension) - strlen(build) - strlen(version)) AS name,
               {_OWNER} AS owner,
               is_candidate AND {may_hold_secret_sql("file")} AS is_rare,
               CASE WHEN is_rare THEN {kept_package_version_sql("name", "version", "build")} ELSE version END
                   AS kept_version,
               CASE WHEN is_rare THEN {kept_build_sql("build")} ELSE build END AS kept_build
        FROM candidates
    ), owners AS (
        SELECT DISTINCT owner FROM named WHERE is_candidate
    ), packages AS (
        SELECT named.*, channel FROM named LEFT JOIN ({CHANNELS_SQL}) USING (owner)
    ), kinds AS (
        SELECT *,
               CASE WHEN is_candidate AND strlen(name) <= 64 AND strlen(version) <= 64 AND strlen(build) <= 64
                         AND strlen(channel) <= 256 AND regexp_full_match(channel, '{_CHANNEL}')
                         AND NOT contains('/' || before, '/.')
                         AND kept_version IS NOT NULL AND NOT {is_secret_sql("subdir")}
                    THEN if(subdir = 'noarch' AND file = 'activate-0.0.0-0.conda', 'heartbeat', 'package')
                    WHEN extension IS NOT NULL THEN 'other'
                    WHEN regexp_matches(file, '{_INSTALLER}') THEN 'installer'
                    WHEN regexp_full_match(file, '{_INDEX}') THEN 'index'
                    WHEN regexp_full_match(file, '{_METADATA}') THEN 'metadata'
                    ELSE 'other' END AS kind
        FROM packages
    ), described AS (
        SELECT path, kind, kind = 'package' AS is_package, channel, subdir, name, extension,
               kept_version AS version, kept_build AS build,
               if(kind = 'installer',
                  regexp_extract(file, '{_INSTALLER}', ['product', 'version', 'platform', 'extension']),
                  NULL) AS installer,
               if(kind = 'installer', nullif(regexp_extract(place, '{_RELEASE}', 1), ''), NULL) AS release
        FROM kinds
    ), with_version AS (
        SELECT *, coalesce(nullif(installer.version, ''), release) AS installer_version,
               {_PYTHON_BEFORE} AS python_before,
               substring(installer_version, strlen(python_before) + 1) AS bare_version,
               split_part(installer.platform, '-', 1) AS system,
               substring(installer.platform, strlen(system) + 2) AS machine
        FROM described
    )
    SELECT path, kind,
           if(is_package, channel, NULL) AS channel,
           if(is_package, subdir, NULL) AS subdir,
           if(is_package, name, NULL) AS name,
           CASE WHEN is_package THEN version
                WHEN kind = 'installer' AND installer_version IS NULL THEN 'latest'
                ELSE python_before || {kept_installer_version_sql("bare_version")} END AS version,
           if(is_package, build, NULL) AS build,
           if(is_package, {build_number_sql("build")}, NULL) AS build_number,
           if(is_package, extension, installer.extension) AS extension,
           installer.product AS product,
           if(machine IN {MACHINES}, installer.platform, system || '-other') AS platform
    FROM with_version
"""
