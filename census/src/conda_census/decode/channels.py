"""Channel that a path names, whatever server it comes from, without any secret

The part of a path before the subdir of a package is the channel, but servers put more there: the place of
their API, the token of a subscriber, the label. A channel must have the same name whatever server delivers
it. No token, e-mail or address may get into the lake with the name.
"""

from __future__ import annotations

from conda_census.decode.kept_texts import ADDRESSES, IDENTIFIERS, ISSUED

__all__ = ["CHANNELS_SQL", "OTHER_CHANNEL", "is_secret_sql", "without_subscriber_sql"]

#: Channel of a package if the channel part of its path may contain a secret.
OTHER_CHANNEL = "other"

# A subscriber's token: conda puts it after the path of the channel alias (conda.models.channel).
_SUBSCRIBER = r"(^|/)(?:[tT]/+[^/]+/+)+"
# A label may hold slashes, and no channel has a part of this name.
_LABEL = r"(?:^|/)label/.*$"

#: Prefixes that servers put before a channel, at the beginning of a path or, with ``(?:.*/)?``, after the
#: place at which an operator has put the server. A prefix is only cut if a channel follows.
_PREFIXES = (
    r"(?:.*/)?api/conda/",  # Artifactory
    r"artifactory/",
    r"(?:nexus/)?repository/",  # Nexus 3
    r"(?:.*/)?content/(?:repositories|groups)/",  # Nexus 2
    r"(?:.*/)?api/repo/",  # Anaconda Server
    r"repo/",
    r"(?:quetz/)?get/",  # Quetz
    r"(?:.*/)?api/channels/",
    r"pulp/content/",  # Pulp
    r"anaconda/cloud/",  # mirrors of universities
)
_PREFIX = f"^(?:{'|'.join(_PREFIXES)})"

#: Paths of servers that put something after a channel or within it: a pattern, and its channel.
_REWRITES = (
    (r"^(?:.*/)?api/packages/([^/]+)/conda(?:/(.+))?$", r"\1/\2"),  # Gitea, Forgejo
    # GitLab
    (r"^(?:.*/)?api/v4/(?:projects|groups)/(.+?)/(?:-/)?packages/conda(?:/(.+))?$", r"\1/\2"),
    (r"^anaconda/(pkgs/.+)$", r"\1"),  # mirrors of universities
    (r"^(?:basic|public)/([^/]+/[^/]+)/conda$", r"\1"),  # Cloudsmith
)
#: Cloudsmith puts the token of an entitlement before the owner and the repository.
_ENTITLEMENT = r"[^/]+/[^/]+/[^/]+/conda"

#: Shapes of texts that must not be kept. People choose the names of channels; a program made these texts.
_SECRETS = (
    r"[@:]",  # an e-mail, an IPv6 address, user:password
    r"^tk-.*[0-9]|^(?:gh[opsur]_|github_pat_|glpat-|xox[a-z]-|AKIA|ASIA|AIza|eyJ|ya29[.]|hvs[.])",
    *ADDRESSES,
    *IDENTIFIERS,
    *ISSUED,
    r"(?i)^(?:tokens?|secrets?|api[_-]?keys?|passw(?:or)?d|access[_-]?tokens?|bearer)$",
)
_SECRET = "|".join(f"(?:{pattern})" for pattern in _SECRETS)
_LONG_RUN = "[A-Za-z0-9]{16,}"
#: People put digits at the end of a word, and at most as many as a date has.
_DIGITS_WITHIN = "[0-9].*[0-9].*[A-Za-z]|[A-Za-z][0-9]{9}"
#: Random text switches between letters and digits, and between cases, more often than words do.
_CASE_CHANGES = "[a-z][A-Z](?:[A-Z0-9]|[a-z][A-Z0-9])"
#: Random text also has capitals in the middle of a word.
_CAPITALS_WITHIN = "[a-z][A-Z]{3,}[a-z]"
_CHANGES = "[a-z][A-Z0-9]|[A-Z][0-9]|[0-9][A-Za-z]"


def without_subscriber_sql(place: str) -> str:
    """Return SQL for a path without ``/t/<token>``, at any position and however often it occurs."""
    is_there = f"contains({place}, '/t/') OR contains({place}, '/T/') OR lower(left({place}, 2)) = 't/'"
    return rf"if({is_there}, regexp_replace({place}, '{_SUBSCRIBER}', '\1', 'g'), {place})"


def is_secret_sql(part: str) -> str:
    """Return SQL that is true if a part of a path has the shape of a token, an e-mail or an address.

    The shapes of words and of random texts overlap. A list of known channels (``channels`` in
    ``census.toml``) keeps out what this rule misses.
    """
    run = f"regexp_extract({part}, '{_LONG_RUN}')"
    return f"""(
        regexp_matches({part}, '{_SECRET}')
        OR regexp_matches({run}, '{_DIGITS_WITHIN}')
        OR (len({part}) >= 16 AND (
            len(regexp_extract_all({part}, '{_CASE_CHANGES}')) >= 2
            OR len(regexp_extract_all({part}, '{_CHANGES}'))
                >= if(regexp_matches({part}, '{_CAPITALS_WITHIN}'), 3, 4)
        ))
    )"""


def _rewritten(before: str) -> str:
    channel = f"regexp_replace(trim({before}, '/'), '{_LABEL}', '')"
    for pattern, replacement in _REWRITES:
        channel = f"rtrim(regexp_replace({channel}, '{pattern}', '{replacement}'), '/')"
    return channel


#: From ``owners(owner)``: the text before a subdir in a decoded path, and its ``channel``.
#:
#: The variable ``known_channels``, if it is set, is the list of all channels that may be named. A path that
#: ends in one of them belongs to that channel, or to the longest if it ends in several. Others are ``other``.
CHANNELS_SQL = f"""
    WITH rewritten AS (
        SELECT owner, regexp_replace({_rewritten("owner")}, '{_PREFIX}', '') AS place FROM owners
    ), parted AS (
        SELECT *, string_split(place, '/') AS parts FROM rewritten
    ), marked AS (
        SELECT *, list_transform(parts, lambda part: {is_secret_sql("part")}) AS secrets FROM parted
    ), named AS (
        SELECT owner, regexp_full_match(place, '{_ENTITLEMENT}') AND secrets[1] AS has_token,
               if(has_token, parts[2] || '/' || parts[3], place) AS name,
               if(has_token, secrets[2:3], secrets) AS secrets
        FROM marked
    ), listed AS (
        SELECT *, list_filter(getvariable('known_channels')::VARCHAR[],
                              lambda known: known = name OR ends_with(name, '/' || known)) AS known
        FROM named
    )
    SELECT owner,
           CASE WHEN known IS NULL THEN if(list_contains(secrets, true), '{OTHER_CHANNEL}', name)
                WHEN len(known) = 0 THEN '{OTHER_CHANNEL}'
                ELSE list_reduce(known, lambda one, other: if(len(one) >= len(other), one, other))
           END AS channel
    FROM listed
"""
