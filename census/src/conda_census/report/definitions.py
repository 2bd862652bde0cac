"""What does each number mean, and what can none of them see?"""

from __future__ import annotations

__all__ = ["BLIND_SPOTS", "DEFINITIONS"]

#: One line for each number, by its name in the report.
DEFINITIONS = {
    "window": "UTC days, both ends included. A day is complete 24 hours after its end, when late logs have "
    "had time to arrive; a later day is provisional.",
    "installations": "Distinct installation tokens (c/) seen in the window. Counted, so without interval.",
    "by_class": "Lasting; ephemeral (throw-away); image (baked into a container image); new.",
    "active": "Installations seen in the last days up to the end of the window, however long the window is.",
    "environments": "Distinct pairs of environment token (e/) and installation.",
    "single_share": "Of the installations with at least one environment, the share with exactly one. "
    "Wilson interval at 95 %.",
    "single_share_lasting": "The same share among lasting installations.",
    "opted_out": "Share of installations that turned sharing off. They send no token, so they cannot be "
    "counted, only estimated.",
    "naive": "Off / (off + sharing), of the traffic of clients with the plug-in. It is not a share of "
    "installations: traffic without tokens is told apart by network, agent and time alone.",
    "visitor_days": "A visitor-day is a distinct pair of network and agent on one day.",
    "installer_downloads": "Complete deliveries of an installer. Counted, so without interval.",
    "sessions": "Distinct session tokens (s/); a session is one run of conda.",
    "without_token": "Requests without a session token, one session for each network, agent and hour.",
    "downloads": "Complete downloads of a package; pieces of one file in one session are one download.",
    "by_day": "Sessions, with and without token, and installations seen on each UTC day. Installations do "
    "not add up over days.",
    "accounting": "Every line is a request or was dropped for a reason, and each is counted. A log that "
    "overlaps the window is counted whole, as is a log without any request.",
    "other_share": "Share of requests for nothing that a conda repository is known to hold.",
    "malformed_tokens": "Requests whose tokens broke the format: the request counts, its tokens do not.",
    "unknown_tokens": "Requests with a token of a kind that this version of the census does not know.",
}

#: What no access log of a repository can show.
BLIND_SPOTS = (
    (
        "Clients without the plug-in have no token. They are in the sessions without token and in the "
        "downloads, but not among the installations."
    ),
    "Clients that opted out send no token, by their own choice. Nothing here tries to recognise them.",
    "A package that conda takes from its local cache is not requested, so it is not a download.",
    "Clients behind a mirror or a caching proxy are seen only when the mirror has no answer of its own.",
    (
        "An installation or environment is seen when it asks for something. A silent one looks like one that "
        "is gone."
    ),
    (
        "A container image brings one token many times, a throw-away machine a new one each time. Both are in"
        " the totals until classes are estimated."
    ),
    "A cloned or copied environment may carry the token of its origin.",
)
