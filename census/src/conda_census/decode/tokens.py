"""Which tokens does a user agent carry, and is sharing on?

The rules are those of the wire format: tokens stand only behind `` aau/``, a repeated or malformed one makes
all tokens of the request void, kinds that are not known are kept out, ``a/`` (an account, not anonymous) is
dropped at once.
"""

from __future__ import annotations

__all__ = ["AGENT_SQL", "TOKENS_SQL"]

_VERSION = r"[0-9A-Za-z.!+_-]{1,64}"
_VALUE = r"[A-Za-z0-9_-]{1,36}"
_IDENTIFYING_VALUE = r"[A-Za-z0-9_-]{22,36}"

#: What the user agent says apart from its tokens, from a column ``user_agent``.
AGENT_SQL = "split_part(user_agent, ' aau/', 1)"


def _values(prefix: str) -> str:
    return (
        f"list_transform(list_filter(tokens, lambda token: token[1] = '{prefix}'), lambda token: token[3:])"
    )


#: From ``user_agents(user_agent)``: its agent, plug-in version, sharing, and its tokens as they were sent.
TOKENS_SQL = rf"""
    WITH products AS (
        SELECT user_agent, {AGENT_SQL} AS agent,
               string_split(regexp_extract(user_agent, ' aau/(.*)$', 1), ' ') AS products,
               contains(user_agent, ' aau/') AS has_plugin
        FROM user_agents
    ), tokens AS (
        SELECT *, list_filter(products[2:],
                              lambda product: product[2] = '/' AND product[1] BETWEEN 'a' AND 'z') AS tokens
        FROM products
    ), by_kind AS (
        SELECT *, {_values("c")} AS c, {_values("s")} AS s, {_values("e")} AS e, {_values("a")} AS a,
               {_values("i")} AS i, {_values("o")} AS o, {_values("m")} AS m
        FROM tokens
    ), checked AS (
        SELECT *,
               has_plugin AND NOT (
                   regexp_full_match(products[1], '{_VERSION}')
                   AND len(list_filter(products[2:], lambda product: starts_with(product, 'aau/'))) = 0
                   AND len(c) <= 1 AND len(s) <= 1 AND len(e) <= 1 AND len(a) <= 1
                   AND len(list_filter(c || s || e,
                                       lambda v: NOT regexp_full_match(v, '{_IDENTIFYING_VALUE}'))) = 0
                   AND len(list_filter(i || o || m, lambda v: NOT regexp_full_match(v, '{_VALUE}'))) = 0
               ) AS is_malformed
        FROM by_kind
    )
    SELECT user_agent, agent, is_malformed,
           len(list_filter(tokens, lambda token: token[1] NOT IN ('a', 'c', 'e', 'i', 'm', 'o', 's'))) > 0
               AS has_unknown_token,
           CASE WHEN NOT has_plugin THEN 'absent' WHEN len(tokens) > 0 OR is_malformed THEN 'tokens'
                ELSE 'off' END AS sharing,
           if(has_plugin AND regexp_full_match(products[1], '{_VERSION}'), products[1], NULL)
               AS plugin_version,
           if(is_malformed, NULL, c[1]) AS client_token,
           if(is_malformed, NULL, s[1]) AS session_token,
           if(is_malformed, NULL, e[1]) AS environment_token,
           if(is_malformed, [], o) AS organizations,
           if(is_malformed, [], i) AS installers,
           if(is_malformed, [], m) AS machines
    FROM checked
"""
