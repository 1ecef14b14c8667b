"""Persons and places: rules P1 to P3, and what is known of each person at K."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from .dates import exists, known_at
from .model import Link, Offence, Parameters, Record, Row, Supply, Version, canonical_pnc_id, day, text, updated_at

CHILD_TABLES = ("programme", "custody_episode", "assessment", "care_episode", "ete_placement", "child_flag")


@dataclass(eq=False)
class Person:
    """A person at K: the current records, and the whole history of the child records up to K."""

    person_key: str
    children: list[Version]
    child_history: list[Version]
    nominals: list[Version]
    tables: dict[str, list[Version]]
    offence_versions: list[Version]
    has_police_match: bool


@dataclass(frozen=True)
class World:
    """Everything that is known at K; `supplied` are the services and tables that they send."""

    versions: list[Version]
    persons: list[Person]
    supplied: frozenset[tuple[str, str]]
    as_of: date
    known_as_of: date


def build_world(
    history: list[Version], links: list[Link], parameters: Parameters, supplies: list[Supply] | None = None
) -> World:
    """T1 and identity: what stands at K, under the person of its child_id or pnc_id."""
    known = known_at(history, parameters.known_as_of)
    persons_of = _person_finder(known_at(links, parameters.known_as_of), parameters.known_as_of.year)
    persons: dict[str, Person] = {}
    for link in known_at(links, parameters.known_as_of):
        person = persons.setdefault(link.person_key, _nobody(link.person_key))
        person.has_police_match = person.has_police_match or link.source_system == "pnc"
    for version in known:
        key = persons_of(version)
        if key is not None:
            _place(persons[key], version)
    for version in history:
        key = persons_of(version) if version.table == "child" else None
        if key is not None and version.known_from <= parameters.known_as_of:
            persons[key].child_history.append(version)
    if supplies is None:
        supplies = [Supply(v.source, v.table, v.known_from) for v in history if v.feed == "yot"]
    supplied = frozenset((s.source, s.table) for s in supplies if s.known_from <= parameters.known_as_of)
    people = [persons[key] for key in sorted(persons)]
    return World(known, people, supplied, parameters.as_of, parameters.known_as_of)


def _nobody(person_key: str) -> Person:
    return Person(person_key, [], [], [], {table: [] for table in CHILD_TABLES}, [], False)


def _place(person: Person, version: Version) -> None:
    if version.table == "child":
        person.children.append(version)
    elif version.table == "nominal":
        person.nominals.append(version)
    elif version.table == "offence":
        person.offence_versions.append(version)
    elif version.feed == "yot" and version.table in person.tables:
        person.tables[version.table].append(version)


def _person_finder(links: list[Link], current_year: int) -> Callable[[Version], str | None]:
    """A CMS record belongs to the person of its child within its source, a police record to that of its PNC id."""
    children = {(link.source, link.source_id): link.person_key for link in links if link.source_system == "cms"}
    police = sorted((link for link in links if link.source_system == "pnc"), key=lambda link: link.source, reverse=True)
    nominals_of_source = {
        (link.source, canonical_pnc_id(link.source_id, current_year)): link.person_key for link in police
    }
    nominals = {canonical_pnc_id(link.source_id, current_year): link.person_key for link in police}

    def person_of(version: Version) -> str | None:
        if version.feed == "yot":
            return children.get((version.source, text(version.row, "child_id") or ""))
        pnc_id = canonical_pnc_id(text(version.row, "pnc_id") or "", current_year)
        return nominals_of_source.get((version.source, pnc_id)) or nominals.get(pnc_id)

    return person_of


def identity_of(person: Person) -> tuple[date | None, str | None]:
    """P1: date of birth and sex: CMS before police; latest updated_at, then the lowest source and id."""

    def by_source(version: Version) -> tuple[bytes, bytes]:
        record_id = text(version.row, "child_id" if version.feed == "yot" else "pnc_id") or ""
        return version.source.encode(), record_id.encode()

    ordered: list[Row] = []
    for versions in (person.children, person.nominals):
        lowest_first = sorted(versions, key=by_source)
        ordered += [version.row for version in sorted(lowest_first, key=updated_at, reverse=True)]
    born = next((found for row in ordered if (found := day(row, "date_of_birth"))), None)
    sex = next((given for row in ordered if (given := text(row, "sex"))), None)
    return born, sex


def covers(row: Row, on: date, as_of: date) -> bool:
    """Whether a dated record covers a day: its start and its end belong to it, without an end it goes on."""
    start, end = day(row, "start_date"), day(row, "end_date")
    if start is None or start > on or not exists(start, as_of):
        return False
    return end is None or on <= end


def child_in_force(
    versions: Iterable[Version], on: date, name: Callable[[Version], str] = lambda version: version.source
) -> Version | None:
    """The version of a child's record in force on a day, else the first that starts after it.

    P2: ties: the latest start, then the name.
    """
    stable = sorted(
        versions, key=lambda version: (name(version).encode(), (text(version.row, "child_id") or "").encode())
    )
    in_force = [v for v in stable if v.known_from <= on and (v.known_to is None or on < v.known_to)]
    if in_force:
        return max(in_force, key=lambda version: version.known_from)
    later = [version for version in stable if version.known_from > on]
    return min(later, key=lambda version: version.known_from) if later else None


def home_yot(versions: Iterable[Version], on: date) -> str | None:
    """P2: home_yot of the version in force on a day, else of the first version that starts after it."""
    version = child_in_force(versions, on, lambda version: text(version.row, "home_yot") or "")
    return text(version.row, "home_yot") if version else None


def one_service(person: Person, services: Iterable[str], on: date) -> str | None:
    """P3: of several services home_yot, then the first by name."""
    found = sorted(set(services), key=str.encode)
    home = home_yot(person.child_history, on)
    if home in found:
        return home
    return found[0] if found else None


def service_of_offence_event(
    world: World, person: Person, offence: Offence, on: date, offences: list[Offence]
) -> tuple[str | None, str | None]:
    """P2 and P3: the service of an event of an offence, or the reason why there is none."""
    if not offence.cms:
        service = service_of_police_event(world, person, on, offences)
        return (service, None) if service else (None, "no_service")
    on_the_day = [record for record in offence.cms if any(outcome.day == on for outcome in record.outcomes)]
    placed = [(_residence(record, on), record) for record in on_the_day or offence.cms]
    local = [record.source for residence, record in placed if residence == "LOCAL"]
    if local:
        return one_service(person, local, on), None
    candidates = [_service_by_residence(world, person, residence, record, on) for residence, record in placed]
    service = one_service(person, [candidate for candidate in candidates if candidate is not None], on)
    return (service, None) if service else (None, "out_of_area")


def _residence(record: Record, on: date) -> str | None:
    """Residence as the record's outcomes of the day have it, else as any of its outcomes has it; LOCAL before OTHER."""
    outcomes = [outcome for outcome in record.outcomes if outcome.day == on] or record.outcomes
    given = {outcome.residence for outcome in outcomes}
    return next((residence for residence in ("LOCAL", "OTHER") if residence in given), None)


def _service_by_residence(world: World, person: Person, residence: str | None, record: Record, on: date) -> str | None:
    """P2: the service whose record holds the event; with residence OTHER home_yot, if that is a source."""
    if residence != "OTHER":
        return record.source
    home = home_yot([version for version in person.child_history if version.source == record.source], on)
    return home if home in sources_of(world) else None


def sources_of(world: World) -> set[str]:
    """P2: the services that had delivered by K."""
    return {source for source, _ in world.supplied}


def service_of_police_event(world: World, person: Person, on: date, offences: list[Offence]) -> str | None:
    """P2: an event only the police know: a programme or custody episode, the latest CMS outcome, home_yot."""
    covering = [
        version
        for table in ("programme", "custody_episode")
        for version in person.tables[table]
        if covers(version.row, on, world.as_of)
    ]
    if covering:
        return _latest([(day(version.row, "start_date") or on, version.source) for version in covering])
    outcomes = [
        (outcome.day, outcome.source)
        for offence in offences
        for record in offence.cms
        for outcome in record.outcomes
        if outcome.day <= on
    ]
    return _latest(outcomes) if outcomes else home_yot(person.child_history, on)


def _latest(found: list[tuple[date, str]]) -> str:
    """P2: ties: the latest start, then the name."""
    latest = max(start for start, _ in found)
    return min((source for start, source in found if start == latest), key=str.encode)
