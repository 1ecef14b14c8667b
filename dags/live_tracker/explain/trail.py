"""The trail of a child: asked of the warehouse as the role that wants to know, or a clear word why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from live_tracker.database import Role, fetch
from live_tracker.errors import DatabaseError, TrackerError
from live_tracker.runs import FINISHED
from live_tracker.settings import TRACKER, Settings

Rows = list[dict[str, Any]]

_PERSON_KEY = re.compile(r"[0-9a-f]{32}")
_NO_RIGHT = "42501"
_WHERE_KEYS_ARE = "a person_key is in analytics.cohort_member and analytics.reoffence"


@dataclass(frozen=True)
class Trail:
    """What analytics.explain says of a child under a definition. Days are ISO texts, as JSON has them.

    `period` is that of the cohort asked for, None without one. `members` are the child's rows of the definition in the
    services that the role reads; those of the cohort asked for have the classes of the child's `offences` with them.
    """

    person_key: str
    release_id: str
    run_key: str
    as_of: str
    known_as_of: str
    definition: dict[str, Any]
    period: dict[str, Any] | None
    links: Rows
    records: Rows
    pairs: Rows
    outcomes: Rows
    offences: Rows
    stays: Rows
    entries: Rows
    members: Rows
    member_columns: list[str]

    def members_of(self, cohort: str | None, service: str | None) -> Rows:
        """The child's memberships in that cohort, of that service alone if there is one given."""
        return [
            member
            for member in self.members
            if member["row"]["cohort"] == cohort and service in {None, member["row"]["yot"]}
        ]


def follow(
    settings: Settings, role: Role, child: str, definition: str, cohort: str | None, service: str | None = None
) -> Trail:
    """The trail of a child, given by person_key or by the id that a case-management system has for it.

    TrackerError if the role may not ask, there is nothing to ask of, or child, definition or cohort are not known. No
    message names the child.
    """
    person_key = child if _PERSON_KEY.fullmatch(child) else _person_key(settings, role, child, service)
    [answer] = _ask(settings, role, "SELECT analytics.explain(%s, %s, %s) AS trail", person_key, definition, cohort)
    trail = answer["trail"]
    if trail["refused"] is not None:
        raise _refusal(trail, role, definition, cohort)
    return Trail(person_key, **{name: trail[name] for name in Trail.__dataclass_fields__ if name != "person_key"})


def _person_key(settings: Settings, role: Role, child_id: str, service: str | None) -> str:
    if role != "practitioner":
        raise TrackerError(
            f"role {role} may not look a child up by the id of a case-management system",
            "CHILD is not a person_key, which has 32 hexadecimal digits",
            f"give a person_key, or ask as ROLE=practitioner; {_WHERE_KEYS_ARE}",
        )
    found = _ask(settings, role, "SELECT source, person_key FROM practice.person_keys(%s, %s)", child_id, service)
    if not found:
        where = f"in service {service}" if service else "in any service that this login reads"
        raise TrackerError(
            f"no child has that id {where}",
            "the children known on the known-as-of day of the live release",
            f"check the id, or give a person_key; {_WHERE_KEYS_ARE}",
        )
    if len({row["person_key"] for row in found}) > 1:
        services = ", ".join(row["source"] for row in found)
        raise TrackerError("several children have that id", f"services {services}", "say which: --service <service>")
    return str(found[0]["person_key"])


def _ask(settings: Settings, role: Role, query: str, *parameters: str | None) -> Rows:
    try:
        return fetch(settings, role, query, *parameters)
    except DatabaseError as error:
        if error.sqlstate == _NO_RIGHT:
            raise TrackerError(
                f"role {role} has no right to see why a child is counted",
                "analytics.explain",
                "ask as ROLE=practitioner, analyst or auditor",
            ) from None
        raise


def _refusal(trail: dict[str, Any], role: Role, definition: str, cohort: str | None) -> TrackerError:
    """The error that a refusal of analytics.explain is told as."""
    release = f"release {trail.get('release_id')}"
    told = {
        "no_release": ("there is no release yet, so no child is counted", "", "make one with `make run`"),
        "unknown_child": (
            f"no service that role {role} reads has a child of that person_key",
            release,
            f"check the key; {_WHERE_KEYS_ARE}",
        ),
        "unknown_definition": (
            f"there is no definition {definition!r}",
            release,
            f"choose one of {', '.join(trail.get('known', ()))}",
        ),
        "unknown_cohort": (
            f"{cohort!r} is no cohort of {definition}, whose cohorts are of the kind {trail.get('cohort_period')}",
            f"{release}, as of {trail.get('as_of')}",
            f"name one as the newest is named, {trail.get('newest')}; without --cohort all of the child's are listed",
        ),
        "build_began": (
            "a build began while the trail was read",
            "ops.candidate",
            "ask again once its release is there: `make status`",
        ),
        "older_build": (
            f"{release} was built before there was anything to explain it by",
            f"run {trail.get('run_key')}",
            "ask again after the next build: `make run`",
        ),
    }
    return TrackerError(*told[trail["refused"]]) if trail["refused"] in told else _other_build(trail)


def _other_build(trail: dict[str, Any]) -> TrackerError:
    """The tables that say why are those of another run than the release's."""
    built_by, status = trail["built_by"], trail["built_by_status"]
    where = f"release {trail['release_id']} is of run {trail['run_key']}; "
    if built_by is None:
        do = "ask again after the next release: `make run`"
        where += "the build at hand is of no run"
    elif status not in FINISHED:
        do = "ask again once that run has ended: `make status`"
        where += f"the build at hand is of run {built_by}, which goes on ({status})"
    else:
        do = f"put right what ended that run (`make status`), then `{TRACKER} rerun {built_by}`, and ask of its release"
        where += f"the build at hand is of run {built_by}, which ended: {status}"
    return TrackerError("the build at hand is not the one that the live release was published from", where, do)
