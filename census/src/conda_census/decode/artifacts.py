"""Which package, installer or index does a path name?

The grammar of names is that of CEP 26. What stands before the subdir is the channel. Nothing of a query
string and no ``/t/<token>`` leaves this module.
"""

from __future__ import annotations

__all__ = ["ARTIFACT_COLUMNS", "DESCRIBE_PATH_SQL"]

#: What a path is described by. ``kind`` is package, index, metadata, heartbeat, installer or other.
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

# A log may hold a path percent-encoded once or twice; what is no text when decoded stays as it was.
_DECODED = "if(contains({0}, '%'), coalesce(try(url_decode({0})), {0}), {0})"

_SUBDIR = r"noarch|[a-z0-9]+-[a-z0-9]+"
_PACKAGE = (
    rf"^(?:(.*)/)?({_SUBDIR})/([a-z0-9_][a-z0-9._-]*)-([0-9a-z._+!]+)-([A-Za-z0-9_.+]+)\.(conda|tar\.bz2)$"
)
_INSTALLER = (
    r"^((?:Miniconda|Anaconda|Miniforge|Mambaforge)[23]?(?:-pypy3|-uninstall)?)(?:-([A-Za-z0-9._+-]{1,64}?))?"
    r"-((?:Linux|MacOSX|Darwin|Windows|SunOS|AIX)-[A-Za-z0-9_]{1,32})\.(sh|pkg|exe)$"
)
# A subscriber's token: conda puts it behind the path of the channel alias (conda.models.channel).
_SUBSCRIBER = r"(^|/)(?:t/[^/]+/)+"
_COMPRESSED = r"(?:\.(?:zst|bz2|gz|jlap))?"
_INDEX = (
    rf"^(?:(?:current_)?repodata(?:_from_packages)?(?:\.json{_COMPRESSED}|\.jlap)"
    r"|repodata_shards\.msgpack\.zst|[0-9a-f]{64}\.msgpack\.zst)$"
)
_METADATA = rf"^(?:run_exports\.json{_COMPRESSED}|channeldata\.json{_COMPRESSED}|notices\.json)$"

#: From ``paths(path)``: the columns of ``ARTIFACT_COLUMNS``, null where they do not apply.
DESCRIBE_PATH_SQL = rf"""
    WITH without_host AS (
        SELECT path, regexp_replace(path, '(?i)^[a-z][a-z0-9+.-]*://[^/]*', '') AS place FROM paths
    ), without_query AS (
        SELECT path, split_part(split_part(place, '?', 1), '#', 1) AS place FROM without_host
    ), decoded_once AS (
        SELECT path, {_DECODED.format("place")} AS place FROM without_query
    ), decoded AS (
        SELECT path, {_DECODED.format("place")} AS place FROM decoded_once
    ), cleaned AS (
        SELECT path, regexp_replace(
                   regexp_replace(place, '/+', '/', 'g'), '{_SUBSCRIBER}', '\1', 'g') AS place
        FROM decoded
    ), files AS (
        SELECT path, ltrim(place, '/') AS place, string_split(place, '/')[-1] AS file FROM cleaned
    ), parts AS (
        SELECT path, file,
               regexp_extract(place, '{_PACKAGE}',
                   ['channel', 'subdir', 'name', 'version', 'build', 'extension']) AS package,
               regexp_extract(file, '{_INSTALLER}',
                   ['product', 'version', 'platform', 'extension']) AS installer
        FROM files
    ), checked AS (
        SELECT *, package.name <> '' AND length(file) <= 211 AND length(package.subdir) <= 32
                  AND length(package.name) <= 64 AND length(package.version) <= 64
                  AND length(package.build) <= 64 AS is_package
        FROM parts
    ), kinds AS (
        SELECT *, CASE WHEN is_package AND package.subdir = 'noarch' AND file = 'activate-0.0.0-0.conda'
                       THEN 'heartbeat'
                       WHEN is_package THEN 'package'
                       WHEN installer.product <> '' THEN 'installer'
                       WHEN regexp_matches(file, '{_INDEX}') THEN 'index'
                       WHEN regexp_matches(file, '{_METADATA}') THEN 'metadata'
                       ELSE 'other' END AS kind
        FROM checked
    )
    SELECT path, kind,
           if(kind = 'package', regexp_replace(package.channel, '(?:^|/)label/[^/]+$', ''), NULL) AS channel,
           if(kind = 'package', package.subdir, NULL) AS subdir,
           if(kind = 'package', package.name, NULL) AS name,
           CASE kind WHEN 'package' THEN package.version
                     WHEN 'installer' THEN coalesce(nullif(installer.version, ''), 'latest') END AS version,
           if(kind = 'package', package.build, NULL) AS build,
           if(kind = 'package', try_cast(regexp_extract(package.build, '([0-9]+)$', 1) AS BIGINT), NULL)
               AS build_number,
           CASE kind WHEN 'package' THEN package.extension WHEN 'installer' THEN installer.extension END
               AS extension,
           if(kind = 'installer', installer.product, NULL) AS product,
           if(kind = 'installer', installer.platform, NULL) AS platform
    FROM kinds
"""
