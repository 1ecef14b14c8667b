"""Children made by hand, each with case records and the police records of the same events, written as two feeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from live_tracker.identity.identifiers import check_letter
from tests.deliver import Row, child, offence, outcome, surname_of, write_delivery

FORCE = "21"
DISPOSALS = {"REFERRAL_ORDER": "1097", "YRO": "1141", "DTO": "1081"}
"""CJS result codes of outcomes; cautions and community resolutions have the same name in both feeds."""


class MadeChild:
    """One child's rows by feed and table; every id ends in the child's number, so that none meets another's."""

    def __init__(self, number: int, born: str = "2008-01-15", *, service: str = "northborough") -> None:
        self.number, self.service = number, service
        self.child_id = f"c{number}"
        self.pnc_id = f"2020/{number:07d}{check_letter(20 * 10_000_000 + number)}"
        self.rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
        self.offences = 0
        self._add("yot", "child", child(self.child_id, pnc_id=self.pnc_id, date_of_birth=born, home_yot=service))
        name = {"surname": surname_of(self.child_id).upper(), "forenames": "TESTA"}
        self._add("pnc", "nominal", {"pnc_id": self.pnc_id, **name, "date_of_birth": born, "sex": "F"})

    def offence(
        self,
        offence_date: str,
        outcome_date: str = "",
        legal_outcome: str = "REFERRAL_ORDER",
        *,
        cjs_code: str = "CJ88116",
        until: str = "",
        case_record: bool = True,
    ) -> str:
        """A charged offence, with its outcome if that has a date, as both feeds have it; its offence key.

        `until`: the end of a date range. Without `case_record` only the police know of it.
        """
        self.offences += 1
        key, asn = f"o{self.offences}-{self.number}", f"23200100{self.number * 1000 + self.offences:011d}A"
        if case_record:
            self._case_record(key, asn, offence_date, outcome_date, legal_outcome, cjs_code, until)
        keys = {"asn": asn, "pnc_id": self.pnc_id}
        arrest = {**keys, "process_stage": "CHARGE", "process_date": offence_date, "force_code": FORCE}
        self._add("pnc", "arrest_summons", arrest)
        sequence = {**keys, "offence_seq": "001"}
        self._add("pnc", "offence", {**sequence, "cjs_code": cjs_code, "start_date": offence_date, "end_date": until})
        if outcome_date:
            disposal_type = DISPOSALS.get(legal_outcome, legal_outcome)
            disposal = {**sequence, "disposal_seq": "1", "disposal_type": disposal_type, "disposal_date": outcome_date}
            self._add("pnc", "disposal", disposal)
        return key if case_record else f"{asn}/001"

    def custody(self, start: str, end: str) -> None:
        """A stay that the sentence of its first day began, and that ended in a release."""
        episode = {"episode_id": f"e-{self.number}", "child_id": self.child_id, "kind": "SENTENCE"}
        dates = {"start_date": start, "end_date": end, "end_reason": "RELEASED"}
        self._add("yot", "custody_episode", {**episode, **dates, "placement_type": "YOI"})

    def _case_record(
        self, key: str, asn: str, day: str, outcome_date: str, legal_outcome: str, cjs_code: str, until: str
    ) -> None:
        dates = {"offence_date": day, "offence_end_date": until, "charge_date": day}
        self._add("yot", "offence", offence(key, self.child_id, asn=asn, cjs_code=cjs_code, **dates))
        if outcome_date:
            occasion_id = f"{outcome_date}-{self.number}"
            result = {"outcome_date": outcome_date, "legal_outcome": legal_outcome, "occasion_id": occasion_id}
            self._add("yot", "outcome", outcome(f"r{key}", key, self.child_id, **result))

    def _add(self, feed: str, table: str, row: Row) -> None:
        self.rows[feed, table].append(row)


def deliver(root: Path, extract_date: str, children: Iterable[MadeChild]) -> None:
    """The first delivery of every service and of the force: a full extract of the children's rows."""
    tables: dict[tuple[str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for one in children:
        for (feed, table), rows in one.rows.items():
            tables[feed, one.service if feed == "yot" else FORCE][table] += rows
    for (feed, source), of_source in tables.items():
        write_delivery(root, feed, source, extract_date, 1, of_source)
