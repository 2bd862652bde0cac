"""True exposure: units that hold an affected build on each day, and units that were healed.

The truth includes facts that no log line shows: a witness replays the installs of each day from its sessions.
A unit is a pair of environment token and installation, and one for each token of an image. It holds what the
last install into any environment with its token left there. If tokens are not copied, it is the environment.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, TypedDict

import numpy as np
import numpy.typing as npt

from conda_census.simulate.channel import Channel
from conda_census.simulate.day_summary import Seen
from conda_census.simulate.disclosures import Disclosure
from conda_census.simulate.holdings import Holdings, Installs
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.true_classes import COPIED, ByClass, Seconds, classes, count_classes
from conda_census.simulate.true_population import Population

__all__ = ["ExposureDay", "ExposureTruth", "ExposureWitness", "Remediation", "RemediationByClass"]

Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

_Class = Literal["lasting", "ephemeral", "image", "new"]

_ACTIVE_DAYS = 30
_NEVER = -_ACTIVE_DAYS
#: States of a unit: it never held an affected build since the disclosure; it did at the disclosure and was
#: active; it came to hold one later; it held one at the disclosure and had not been seen for long; or it did,
#: and came back only to be healed.
_NONE, _PREVALENT, _INCIDENT, _AWAY, _HEALED_ON_RETURN = range(5)


class Remediation(TypedDict):
    """Units that entered, and their outcome up to a day.

    ``remediated`` are those that hold, or held, an unaffected build since. Of the rest, ``exposed`` were seen
    within the 30 days up to that day, and ``silent`` were not.
    """

    entered: int
    remediated: int
    exposed: int
    silent: int


class RemediationByClass(TypedDict):
    """Counts over all classes, and for each class that an installation has on that day."""

    whole: Remediation
    lasting: Remediation
    ephemeral: Remediation
    image: Remediation
    new: Remediation


class ExposureDay(TypedDict):
    """Counts at the end of one day.

    ``active`` are the units of sharing installations that hold an affected build and had a session within the
    30 days up to that day; ``by_class`` has the same by class. ``held`` ignores sessions and includes the
    environments that send nothing. ``active_apart`` are active environments, counting each clone and
    container by itself. ``everywhere`` are all environments, whether they share or send anything or not.

    ``prevalent`` were active and held an affected build at the end of the day of the disclosure. ``incident``
    came to hold one later, or came back with one. In these two, all containers of one token are one unit of
    class ``image``. Null until the disclosure.
    """

    day: str
    active: int
    by_class: ByClass
    held: int
    active_apart: int
    everywhere: int
    prevalent: RemediationByClass | None
    incident: RemediationByClass | None


class ExposureTruth(TypedDict):
    """Truth of one advisory.

    ``fix_day`` is the day on which ``fixed_version`` appeared in the channel. Both are null if that comes
    after the last day.
    """

    id: str
    package: str
    channel: str
    disclosed: str
    fixed_version: str | None
    fix_day: str | None
    by_day: list[ExposureDay]


class ExposureWitness:
    """Witness of exposure: call ``see`` with each day in order, then ask for the ``truth``."""

    def __init__(self, scenario: Scenario, population: Population, channel: Channel) -> None:
        self._scenario = scenario
        self._channel = channel
        self._holdings = Holdings(scenario, population, channel)
        many, environments = len(self._holdings.disclosures), len(population.environment_day)
        self._token = population.environment_token
        self._owner = np.repeat(np.arange(len(population)), np.diff(population.first_environment))
        self._shares = (population.has_plugin & ~population.opted_out)[self._owner]
        self._is_unit = np.zeros(environments, dtype=bool)
        self._is_unit[self._token[self._shares]] = True
        self._is_container = (self._owner >= population.containers) & (self._owner < population.runs)
        self._silent_day, self._silent = self._holdings.silent(population)
        self._silent_shares = self._shares[population.environment_day == scenario.days]
        # By environment, and by token: last seen day; and by token, the held build and the state.
        self._seen_day = np.full(environments, _NEVER, dtype=np.int32)
        self._token_day = np.full(environments, _NEVER, dtype=np.int32)
        self._copies = np.zeros(environments, dtype=np.int32)
        self._affected = np.zeros((many, environments), dtype=bool)
        self._stands = np.full((many, environments), _NONE, dtype=np.int8)
        self._healed = np.zeros((many, environments), dtype=bool)
        self._by_day: list[list[ExposureDay]] = [[] for _ in range(many)]

    def see(self, seen: Seen, first_s: Seconds, last_s: Seconds) -> None:
        """Record a day; ``first_s`` and ``last_s``: when each installation was seen, up to its end."""
        day, environment = seen.number, seen.environment.astype(np.int64)
        installs = self._holdings.advance(day, seen.installation.astype(np.int64), environment)
        self._seen_day[environment] = day
        self._token_day[self._token[environment]] = day
        contained = environment[self._is_container[environment]]
        np.add.at(self._copies, self._token[contained], 1)
        for disclosure in self._holdings.disclosures:
            number = disclosure.number
            self._install(number, seen, installs)
            if day == disclosure.day:
                held = self._affected[number] & self._is_unit
                self._stands[number][held] = np.where(
                    self._is_active(self._token_day[held], day), _PREVALENT, _AWAY
                )
            elif day > disclosure.day:
                self._follow(number, environment, installs)
            told = self._day(disclosure, day, first_s, last_s)
            if day < disclosure.day:
                told["prevalent"] = told["incident"] = None
            self._by_day[number].append(told)

    def truth(self) -> list[ExposureTruth]:
        """Return the truth of all days that were seen."""
        found = []
        for disclosure, by_day in zip(self._holdings.disclosures, self._by_day, strict=True):
            is_out = disclosure.fix_day < self._scenario.days
            found.append(
                ExposureTruth(
                    id=disclosure.id,
                    package=disclosure.name,
                    channel=self._channel.channels[disclosure.package],
                    disclosed=self._date(disclosure.day),
                    fixed_version=disclosure.fixed_version if is_out else None,
                    fix_day=self._date(disclosure.fix_day) if is_out else None,
                    by_day=by_day,
                )
            )
        return found

    def _date(self, day: int) -> str:
        return (self._scenario.since + timedelta(days=day)).isoformat()

    def _is_active(self, seen_day: npt.NDArray[np.int32], day: int) -> Truths:
        active: Truths = day - seen_day < _ACTIVE_DAYS
        return active

    def _install(self, number: int, seen: Seen, installs: Installs) -> None:
        """Store the last install of the day as the content of a token."""
        mine = np.flatnonzero(installs.disclosure == number)
        mine = mine[np.argsort(seen.first_s[installs.session[mine]], kind="stable")]
        tokens = self._token[seen.environment[installs.session[mine]]]
        self._affected[number][tokens] = installs.is_affected[mine]

    def _follow(self, number: int, environment: Numbers, installs: Installs) -> None:
        """Update the units that entered on a day after the disclosure, came back, or were healed."""
        stands, affected = self._stands[number], self._affected[number]
        seen = np.unique(self._token[environment])
        seen = seen[self._shares[seen]]
        mine = installs.session[installs.disclosure == number]
        installed = np.unique(self._token[environment[mine]])
        back = seen[stands[seen] == _AWAY]
        entered = installed[(stands[installed] == _NONE) & affected[installed] & self._shares[installed]]
        healed = installed[np.isin(stands[installed], (_PREVALENT, _INCIDENT)) & ~affected[installed]]
        stands[back] = np.where(affected[back], _INCIDENT, _HEALED_ON_RETURN)
        stands[entered] = _INCIDENT
        self._healed[number][healed] = True

    def _day(self, disclosure: Disclosure, day: int, first_s: Seconds, last_s: Seconds) -> ExposureDay:
        number, is_known = disclosure.number, day >= disclosure.day
        held, apart = self._affected[number], self._holdings.affected[number]
        # If few containers of an image were seen, they cannot be recognised as an image.
        is_rare = self._is_container & (self._copies < COPIED)
        units = np.flatnonzero(held & self._is_unit & ~is_rare)
        single = np.flatnonzero(apart & self._is_container & is_rare[self._token])
        active = units[self._is_active(self._token_day[units], day)]
        active_single = single[self._is_active(self._seen_day[single], day)]
        is_image = np.append(self._is_container[active], np.zeros(len(active_single), dtype=bool))
        owner = self._owner[np.append(active, active_single)]
        active_classes = classes(is_image, first_s[owner], last_s[owner], day)
        silent = self._silent[number] & (self._silent_day <= day)
        shared_apart = np.flatnonzero(apart & self._shares)
        return ExposureDay(
            day=self._date(day),
            active=len(active_classes),
            by_class=count_classes(active_classes),
            held=len(units) + len(single) + int((silent & self._silent_shares).sum()),
            active_apart=int(self._is_active(self._seen_day[shared_apart], day).sum()),
            everywhere=int(apart.sum() + silent.sum()),
            prevalent=self._remediation(number, _PREVALENT, day, first_s, last_s) if is_known else None,
            incident=self._remediation(number, _INCIDENT, day, first_s, last_s) if is_known else None,
        )

    def _remediation(
        self,
        number: int,
        stand: int,
        day: int,
        first_s: Seconds,
        last_s: Seconds,
    ) -> RemediationByClass:
        units = np.flatnonzero(self._stands[number] == stand)
        owner, healed = self._owner[units], self._healed[number][units]
        of = classes(self._is_container[units], first_s[owner], last_s[owner], day)
        exposed = ~healed & self._is_active(self._token_day[units], day)
        entered, remediated, left, silent = (
            count_classes(of[group])
            for group in (np.ones(len(units), dtype=bool), healed, exposed, ~healed & ~exposed)
        )

        def told(name: _Class) -> Remediation:
            return Remediation(
                entered=entered[name], remediated=remediated[name], exposed=left[name], silent=silent[name]
            )

        return RemediationByClass(
            whole=Remediation(
                entered=len(units),
                remediated=int(healed.sum()),
                exposed=int(exposed.sum()),
                silent=len(units) - int(healed.sum() + exposed.sum()),
            ),
            lasting=told("lasting"),
            ephemeral=told("ephemeral"),
            image=told("image"),
            new=told("new"),
        )
