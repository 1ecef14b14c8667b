"""Wrong variants of the SQL: each what somebody could write, or once wrote, for the rule it names.

They are made from the models as dbt compiles them. A change names words that must be there; white space does not count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

AGE = (
    "( extract(year from events.entry_date) - extract(year from people.date_of_birth) - case when "
    "(extract(month from events.entry_date), extract(day from events.entry_date)) < "
    "(extract(month from people.date_of_birth), extract(day from people.date_of_birth)) then 1 else 0 end )::smallint"
)
FOLLOW_UP_END = "(entries.entry_date + make_interval(months => definitions.follow_up_months))::date as follow_up_end"
PROOF_END = (
    "(entries.entry_date + make_interval(months => definitions.follow_up_months + definitions.waiting_months))::date "
    "as proof_end"
)


@dataclass(frozen=True)
class Mutant:
    """A wrong variant of a model: what it gets wrong, of which rule, and the words changed."""

    rule: str
    wrong: str
    model: str
    changes: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return f"{self.rule}: {self.wrong}"

    def of(self, sql: str) -> str:
        """The wrong variant of the model's SQL; ValueError if the words to change are not there."""
        for words, others in self.changes:
            pattern = r"\s*".join(re.escape(part) for part in re.split(r"\s+|(?<=\()|(?=\))", words) if part)
            sql, times = re.subn(pattern, others, sql)
            if not times:
                raise ValueError(f"{self.name}: {self.model} has no {words!r} any more; write the mutant anew")
        return sql


def _mutant(rule: str, wrong: str, model: str, *changes: tuple[str, str]) -> Mutant:
    return Mutant(rule, wrong, model, changes)


MUTANTS = (
    _mutant(
        *("T1", "an outcome after the as-of day counts", "int_outcome_records"),
        ("and cms_outcomes.outcome_date <= date '1900-01-01'", ""),
    ),
    _mutant(
        *("T1", "what has been deleted still counts", "int_offence_records"),
        ("and not cms_offences.is_deleted", ""),
    ),
    _mutant(
        *("T1", "what became known after day K counts", "int_outcome_records"),
        ("cms_outcomes.known_from <= date '1900-01-02' and", ""),
    ),
    _mutant(
        *("T2", "twelve months are 365 days", "int_members"),
        (FOLLOW_UP_END, "(entries.entry_date + definitions.follow_up_months * 365 / 12) as follow_up_end"),
    ),
    _mutant(
        *("T2", "eighteen months are 548 days", "int_members"),
        (
            PROOF_END,
            "(entries.entry_date + (definitions.follow_up_months + definitions.waiting_months) * 548 / 18) as proof_end",
        ),
    ),
    _mutant(
        *("T2", "one span of months is added after the other", "int_members"),
        (
            PROOF_END,
            "((entries.entry_date + make_interval(months => definitions.follow_up_months))::date "
            "+ make_interval(months => definitions.waiting_months))::date as proof_end",
        ),
    ),
    _mutant(
        *("T3", "age is days by 365.25", "int_entries"),
        (AGE, "floor((events.entry_date - people.date_of_birth) / 365.25)::smallint"),
    ),
    _mutant(
        *("T3", "age is the difference of the years", "int_entries"),
        (AGE, "(extract(year from events.entry_date) - extract(year from people.date_of_birth))::smallint"),
    ),
    _mutant(
        *("T3", "a child born on 29 February ages on 28 February", "int_entries"),
        (
            AGE,
            "(extract(year from events.entry_date) - extract(year from people.date_of_birth) - case when "
            "(people.date_of_birth + make_interval(years => (extract(year from events.entry_date) "
            "- extract(year from people.date_of_birth))::integer))::date > events.entry_date then 1 else 0 end)::smallint",
        ),
    ),
    _mutant(
        *("T4", "a band's last day belongs to the next", "cohort_member"),
        ("when member_counts.first_reoffence_date <= (", "when member_counts.first_reoffence_date < ("),
    ),
    _mutant(
        *("P2", "an outcome out of area belongs to the service that holds it", "int_offence_services"),
        (
            "case when residences.residence = 'OTHER' then services.source else cms_candidates.source end as yot",
            "cms_candidates.source as yot",
        ),
    ),
    _mutant(
        *("P3", "LOCAL does not go before the names of services", "int_offence_services"),
        ("placed.is_local desc,", ""),
    ),
    _mutant(
        *("P3", "home_yot does not go before the names of services", "int_offence_services"),
        ("coalesce(placed.yot = home_services.home_yot, false) desc,", ""),
    ),
    _mutant(
        *("P2", "of two services that say they are home the first by name is", "int_home_services"),
        (
            "spans.day, child_versions.known_from > spans.day, case when child_versions.known_from > spans.day "
            "then child_versions.known_from - spans.day else spans.day - child_versions.known_from end,",
            "spans.day,",
        ),
    ),
    _mutant(
        *("O2", "pairs are made by code alone", "int_offence_record_pairs"),
        (
            "lower_record.cjs_code = higher_record.cjs_code and lower_record.start_date = higher_record.start_date then 1",
            "lower_record.cjs_code = higher_record.cjs_code then 1",
        ),
    ),
    _mutant(
        *("O2", "dates seven days apart do not pair", "int_offence_record_pairs"),
        (
            "higher_record.start_date - lower_record.start_date <= 7",
            "higher_record.start_date - lower_record.start_date < 7",
        ),
    ),
    _mutant(
        *("O2", "different numbers pair", "int_offence_record_pairs"),
        ("and (lower_record.asn is null or higher_record.asn is null)", ""),
    ),
    _mutant(
        *("O2", "without a number outcomes far apart pair", "int_offence_record_pairs"),
        ("where abs(lower_outcome.day - higher_outcome.day) <= 7", ""),
    ),
    _mutant(
        *("O2", "the case record gives the date", "int_offences"),
        (
            "coalesce(police_records.start_date, cms_records.start_date)",
            "coalesce(cms_records.start_date, police_records.start_date)",
        ),
    ),
    _mutant(
        *("O3", "the case record decides though the police have", "int_deciding_outcomes"),
        (
            "when known_to.has_police_final then",
            "when known_to.has_cms_outcome then of_offences.source_system = 'cms' when known_to.has_police_final then",
        ),
    ),
    _mutant(
        *("O4", "an outcome without an appeal sets nothing aside", "int_deciding_outcomes"),
        ("coalesce(appeal_status, '') not in", "appeal_status not in"),
    ),
    _mutant(
        *("O4", "of changed outcomes none stands", "int_deciding_outcomes"),
        ("then not has_unchanged and latest_number = 1", "then false"),
    ),
    _mutant(
        *("O4", "a successful appeal changes nothing", "int_deciding_outcomes"),
        ("when appeal_status = 'SUCCESSFUL' then false", "when appeal_status = 'SUCCESSFUL' then true"),
    ),
    _mutant(
        *("O5", "proven by the later outcome", "int_offence_proofs"),
        ("outcome_date, gravity desc,", "outcome_date desc, gravity desc,"),
    ),
    _mutant(
        *("O5", "the first outcome of the day, not the gravest", "int_offence_proofs"),
        ("outcome_date, gravity desc,", "outcome_date, gravity,"),
    ),
    _mutant(
        *("O6", "the scope is not asked of the index offence", "int_entries_by_outcome"),
        ("when offences.is_breach then 'breach' when not offences.is_in_scope then 'non_recordable'", ""),
    ),
    _mutant(
        *("O6", "an offence of the index day or before is a reoffence", "int_member_offences"),
        ("when known_date > index_date and start_date <= index_date then 'pseudo'", ""),
        ("when start_date <= index_date or start_date > follow_up_end", "when start_date > follow_up_end"),
    ),
    _mutant(
        *("O7", "a class that holds later goes first", "int_member_offences"),
        ("when is_out_of_area then 'out_of_area'", ""),
    ),
    _mutant(
        *("E1", "a custodial sentence enters", "int_entries_by_outcome"),
        ("when events.tier = 'custody' then 'custodial_sentence'", ""),
    ),
    _mutant(
        *("E1", "a diversion enters after the proof", "int_entries_by_outcome"),
        ("and (offence_proofs.proof_date is null or offence_proofs.proof_date > offence_proofs.diversion_date)", ""),
    ),
    _mutant(
        *("E1", "a flag enters on the day it was set", "int_entries_by_flag"),
        (
            "greatest(flags_in_force.start_date, periods.cohort_start) as entry_date",
            "flags_in_force.start_date as entry_date",
        ),
    ),
    _mutant(
        *("E2", "a transfer is a release", "int_releases"),
        (
            "where coalesce(end_reason, 'RELEASED') = 'RELEASED'",
            "where coalesce(end_reason, 'RELEASED') in ('RELEASED', 'TRANSFERRED')",
        ),
    ),
    _mutant(
        *("E2", "an empty end_reason is no release", "int_releases"),
        ("where coalesce(end_reason, 'RELEASED') = 'RELEASED'", "where end_reason = 'RELEASED'"),
    ),
    _mutant(
        *("E2", "episodes two days apart are one stay", "int_stays"),
        ("start_date > latest_end_before + 1", "start_date > latest_end_before + 2"),
    ),
    _mutant(
        *("E2", "a remand is part of a stay", "int_stays"),
        ("kind in ('SENTENCE', 'RECALL')", "kind in ('SENTENCE', 'RECALL', 'REMAND')"),
    ),
    _mutant(
        *("E2", "a stay that began with a recall enters", "int_releases"),
        ("first_episodes.kind = 'SENTENCE' and", ""),
    ),
    _mutant(
        *("E3", "an unknown circumstance meets the filter", "int_offences"),
        ("coalesce(combined.is_knife_related, false)", "coalesce(combined.is_knife_related, true)"),
    ),
    _mutant(
        *("E3", "seriousness 4 is serious", "int_entries_by_outcome"),
        ("offences.seriousness between 5 and 8", "offences.seriousness between 4 and 8"),
    ),
    _mutant(
        *("E4", "the latest entry counts", "int_entries"),
        ("order by entry_date,", "order by entry_date desc,"),
    ),
    _mutant(
        *("E4", "on one day the first outcome enters, not the gravest", "int_entries"),
        ("gravity desc nulls last, seriousness desc nulls last,", ""),
    ),
    _mutant(
        *("R1", "an offence on the last day of follow-up does not count", "int_member_offences"),
        ("or start_date > follow_up_end then", "or start_date >= follow_up_end then"),
    ),
    _mutant(
        *("R1", "an outcome on the last day of proof does not count", "int_member_offences"),
        ("or proven_date > proof_end or", "or proven_date >= proof_end or"),
    ),
    _mutant(
        *("R1", "occasions are offences", "int_member_counts"),
        (
            "count(distinct proven_date) filter (where class = 'reoffence')",
            "count(proven_date) filter (where class = 'reoffence')",
        ),
    ),
    _mutant(
        *("R2", "follow-up is over on its last day", "int_members"),
        ("when date '1900-01-01' <= follow_up_end", "when date '1900-01-01' < follow_up_end"),
    ),
    _mutant(
        *("R2", "the wait is over on its last day", "int_members"),
        ("when date '1900-01-01' <= proof_end", "when date '1900-01-01' < proof_end"),
    ),
    _mutant(
        *("R2", "a cohort is still filling on its last day", "cohort_summary"),
        (
            "when date '1900-01-01' < max(cohort_end) then 'filling'",
            "when date '1900-01-01' <= max(cohort_end) then 'filling'",
        ),
    ),
    _mutant(
        *("R4", "children who count twice do not widen the interval of all services", "cohort_summary"),
        ("('all', true)", "('all', false)"),
    ),
    _mutant(
        *("R4", "the year's rate is the mean of its quarters' rates", "cohort_summary_annual"),
        (
            "reoffenders / children as rate",
            "(select avg(quarters.binary_rate) from candidate.cohort_summary as quarters "
            "where quarters.definition = summed_up.definition and quarters.yot = summed_up.cell_yot "
            "and quarters.cohort_start between summed_up.cohort_start and summed_up.cohort_end) as rate",
        ),
    ),
    _mutant(
        *("R6", "an offence on the day of the milestone does not count", "milestone"),
        ("and reoffences.offence_date <= (", "and reoffences.offence_date < ("),
    ),
    _mutant(
        *("R7", "an offence proven on the index date is a previous one", "int_member_counts"),
        (
            "proofs_of_both_feeds.proof_date < members.index_date",
            "proofs_of_both_feeds.proof_date <= members.index_date",
        ),
    ),
    _mutant(
        *("R7", "previous offences of any scope", "int_member_counts"),
        ("count(*) filter (where offences.is_in_scope) as previous_offences", "count(*) as previous_offences"),
    ),
    _mutant(
        *("R8", "pending without a charge", "int_member_offences"),
        ("and classed.is_charged", ""),
    ),
    _mutant(
        *("R9", "an assessment 42 days after is too late", "int_member_assessments"),
        ("member_days.index_date + 42", "member_days.index_date + 41"),
    ),
)
