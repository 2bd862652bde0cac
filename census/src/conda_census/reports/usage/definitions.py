"""Definitions of the numbers, and limits of all of them."""

from __future__ import annotations

__all__ = ["BLIND_SPOTS", "DEFINITIONS"]

#: One line for each number, by its name in the report.
DEFINITIONS = {
    "window": "UTC days, both ends included. A day is complete 24 hours after its end, when late logs have "
    "had time to arrive; a later day is provisional.",
    "installations": "Distinct installation tokens (c/) seen in the window.",
    "by_class": "Image: has an environment token that 3 or more installations have, so it was copied. "
    "Ephemeral: all its sessions lie within one hour, and it was first seen before the last 7 days. New: the "
    "same, but first seen within them, so it may come back. Lasting: the rest. All that was seen up to the "
    "end of the window counts, also before it.",
    "active": "Installations seen in the last days up to the end of the window, however long the window is.",
    "environments": "Distinct pairs of environment token (e/) and installation. One that came with a "
    "container image counts once for each installation that brought it.",
    "single_share": "Of the installations with at least one environment, the share with exactly one. "
    "Wilson interval at 95 %.",
    "single_share_lasting": "The same share among lasting installations.",
    "opted_out": "Share of installations that turned sharing off. They send no token, so it is estimated "
    "from their visitor-days, calibrated where sharing is on. Bootstrap interval over networks at 95 %. What "
    "sends no token has no class.",
    "naive": "Off / (off + sharing), of the traffic of clients with the plug-in. It is not a share of "
    "installations: traffic without tokens is told apart by network, agent and time alone.",
    "visitor_days": "A visitor-day is a distinct pair of network and agent on one day.",
    "calibration": "Where sharing is on it is known how many installations hide in one visitor-day, behind "
    "one address. Those who opted out are fewer, so fewer of them hide: as many as in a sample of those who "
    "share that makes as many visitor-days. One who comes daily makes many visitor-days, and the interval is "
    "the wider for it. It is assumed that both kinds come equally often and from the same places.",
    "installer_downloads": "Complete deliveries of an installer. Counted, so without interval.",
    "sessions": "Distinct session tokens (s/); a session is one run of conda.",
    "without_token": "Requests without a session token, one session for each network, agent and hour.",
    "packages": "Environments and installations that downloaded the package in the window. What a cache of "
    "packages gave is not seen, nor what was there before.",
    "agents": "Installations by their latest session of the window, and sessions with and without tokens.",
    "organizations": "Installations, session tokens and downloads with the o/ token of an organisation that "
    "census.toml names. Whoever sent the tokens of two organisations counts for both.",
    "downloads": "Complete downloads of a package; pieces of one file in one session are one download.",
    "by_day": "Sessions, with and without token, and installations seen on each UTC day. Installations do "
    "not add up over days.",
    "first_seen": "First seen: no earlier day of the lake saw it. On the first days of the logs these are "
    "all that there are.",
    "retention": "Of the installations first seen in a whole calendar week, Monday to Sunday, the share "
    "that was seen in each whole week after it.",
    "completeness": "Requests count on the day on which their session begins, dropped lines on the day on "
    "which their log begins. Where a day has no log, one may be missing.",
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
        " the totals; the classes image and ephemeral tell them apart from the lasting."
    ),
    "A cloned or copied environment may carry the token of its origin.",
)
