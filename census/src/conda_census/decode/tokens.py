"""Tokens in a user agent, and whether sharing is on

The rules are those of the wire format. Tokens only occur after `` aau/``. A repeated or malformed token makes
all tokens of the request void. Unknown kinds are kept out. ``a/`` (an account, not anonymous) is dropped at
once.
"""

from __future__ import annotations

from conda_census.decode.kept_texts import kept_version_sql

__all__ = ["AGENT_SQL", "TOKENS_SQL"]

_VERSION = r"[0-9A-Za-z.!+_-]{1,64}"
_VALUE = r"[A-Za-z0-9_-]{1,36}"
_IDENTIFYING_VALUE = r"[A-Za-z0-9_-]{22,36}"

#: Agent part of a column ``user_agent``, without its tokens.
AGENT_SQL = "split_part(user_agent, ' aau/', 1)"

#: Version that needs no closer check.
_PLAIN_VERSION = r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,2}(?:(?:a|b|rc)[0-9]{1,3})?"

# The suffix as the client writes it, followed by a space. Almost every suffix has this shape. RE2 reads it in
# one pass, without backtracking, as long as the next character decides which product comes. Therefore each
# product ends in a space here, and none begins with one. RE2 keeps to one pass for at most four groups.
_USUAL = (
    rf"^({_PLAIN_VERSION}) "
    rf"(?:c/({_IDENTIFYING_VALUE}) )?(?:s/({_IDENTIFYING_VALUE}) )?(?:e/({_IDENTIFYING_VALUE}) )?"
    rf"(?:a/[^ ]* )?(?:[iom]/{_VALUE} )*$"
)


def _values(kind: str) -> str:
    return (
        f"list_transform(list_filter(tokens, lambda token: starts_with(token, '{kind}/')),"
        " lambda token: substring(token, 3))"
    )


_SENT = ", ".join(f"'{kind}': {_values(kind)}" for kind in "cseaiom")


def _identifying(kind: str) -> str:
    return f"CASE WHEN is_usual THEN nullif(usual.{kind}, '') WHEN NOT is_malformed THEN sent.{kind}[1] END"


def _administered(kind: str) -> str:
    """Return SQL for the values of i/, o/ or m/, in their order."""
    return (
        f"CASE WHEN is_usual THEN if(contains(suffix, ' {kind}/'),"
        f" regexp_extract_all(suffix, ' {kind}/([^ ]+)', 1), [])"
        f" WHEN NOT is_malformed THEN coalesce(sent.{kind}, []) ELSE [] END"
    )


#: From ``user_agents(user_agent)``: its agent, plug-in version, sharing, and its tokens as they were sent.
#:
#: A suffix of another shape is split product by product; ``products`` is null for the usual shape.
TOKENS_SQL = rf"""
    WITH places AS (
        SELECT user_agent, instr(user_agent, ' aau/') AS place FROM user_agents
    ), suffixes AS (
        SELECT user_agent, place > 0 AS has_plugin,
               if(has_plugin, substring(user_agent, 1, place - 1), user_agent) AS agent,
               if(has_plugin, substring(user_agent, place + 5), '') AS suffix
        FROM places
    ), matched AS (
        SELECT *, regexp_extract(suffix || ' ', '{_USUAL}', ['version', 'c', 's', 'e']) AS usual
        FROM suffixes
    ), products AS (
        SELECT *, usual.version <> '' AS is_usual,
               if(has_plugin AND NOT is_usual, string_split(suffix, ' '), NULL) AS products
        FROM matched
    ), tokens AS (
        SELECT *, CASE WHEN products IS NOT NULL
                       THEN list_filter(products[2:], lambda product: regexp_matches(product, '^[a-z]/'))
                       END AS tokens
        FROM products
    ), by_kind AS (
        SELECT *, CASE WHEN products IS NOT NULL THEN {{{_SENT}}} END AS sent
        FROM tokens
    ), checked AS (
        SELECT *,
               CASE WHEN products IS NULL THEN false ELSE NOT (
                   regexp_full_match(products[1], '{_VERSION}')
                   AND len(list_filter(products[2:], lambda product: starts_with(product, 'aau/'))) = 0
                   AND len(sent.c) <= 1 AND len(sent.s) <= 1 AND len(sent.e) <= 1 AND len(sent.a) <= 1
                   AND len(list_filter(sent.c || sent.s || sent.e,
                                       lambda v: NOT regexp_full_match(v, '{_IDENTIFYING_VALUE}'))) = 0
                   AND len(list_filter(sent.i || sent.o || sent.m,
                                       lambda v: NOT regexp_full_match(v, '{_VALUE}'))) = 0
               ) END AS is_malformed
        FROM by_kind
    )
    SELECT user_agent, agent, is_malformed,
           CASE WHEN products IS NULL THEN false
                ELSE len(list_filter(tokens, lambda token: NOT regexp_matches(token, '^[aceimos]/'))) > 0
                END AS has_unknown_token,
           CASE WHEN NOT has_plugin THEN 'absent' WHEN is_usual AND usual.version = suffix THEN 'off'
                WHEN is_usual OR len(tokens) > 0 OR is_malformed THEN 'tokens' ELSE 'off' END AS sharing,
           CASE WHEN is_usual THEN usual.version
                WHEN products IS NOT NULL THEN {kept_version_sql("products[1]")} END AS plugin_version,
           {_identifying("c")} AS client_token,
           {_identifying("s")} AS session_token,
           {_identifying("e")} AS environment_token,
           {_administered("o")} AS organizations,
           {_administered("i")} AS installers,
           {_administered("m")} AS machines
    FROM checked
"""
