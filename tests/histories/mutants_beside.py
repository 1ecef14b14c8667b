"""Wrong variants of milestones, characteristics and survival, and of the indicators beside reoffending."""

from __future__ import annotations

from tests.histories.mutants import Mutant

FIRST_HEARING = (
    "case when first_hearings.first_hearing_date <= proofs.proof_date then first_hearings.first_hearing_date end,"
)

MUTANTS_BESIDE = (
    Mutant(
        *("R6", "members who are on the day of the milestone have not reached it", "milestone"),
        (("::date <= date '1900-01-01'", "::date < date '1900-01-01'"),),
    ),
    Mutant(
        *("R6", "those who have not come that far count too", "milestone"),
        (("::date <= date '1900-01-01'", "::date is not null"),),
    ),
    Mutant(
        *("R9", "care that ended the day before still holds", "int_member_care"),
        (("episodes.end_date >= member_days.index_date", "episodes.end_date >= member_days.index_date - 1"),),
    ),
    Mutant(
        *("R9", "of several care statuses the weakest duty speaks", "int_member_care"),
        (("['LAC', 'CP', 'CIN', 'CARE_LEAVER']", "['CARE_LEAVER', 'CIN', 'CP', 'LAC']"),),
    ),
    Mutant(
        *("R9", "what a service does not tell of is not there", "int_member_care"),
        (("else 'Not known'", "else 'None'"),),
    ),
    Mutant(
        *("R9", "the record of another service speaks as well as the member's own", "int_member_records"),
        (("child_versions.source <> member_days.yot,", ""),),
    ),
    Mutant(
        *("R9", "hours offered go before hours attended", "int_member_ete"),
        (
            (
                "coalesce(placements.hours_attended, placements.hours_offered)",
                "coalesce(placements.hours_offered, placements.hours_attended)",
            ),
        ),
    ),
    Mutant(
        *("R9", "unknown suitability is suitable", "int_member_ete"),
        (
            (
                "coalesce(placements.suitability = 'SUITABLE', false)",
                "coalesce(placements.suitability <> 'UNSUITABLE', true)",
            ),
        ),
    ),
    Mutant(
        *("R9", "suitable if any placement is", "int_member_ete"),
        (("bool_and(coalesce(placements.suitability", "bool_or(coalesce(placements.suitability"),),
    ),
    Mutant(
        *("R9", "25 hours are full time at every age", "int_member_ete"),
        (("then 25 else 16 end", "then 25 else 25 end"),),
    ),
    Mutant(
        *("R9", "school age ends with the 16th birthday", "int_member_ete"),
        ((">= 9 then 17 else 16 end", ">= 9 then 16 else 16 end"),),
    ),
    Mutant(
        *("R10", "members who are not closed are on the curve", "survival"),
        (("where state = 'closed'", "where state <> 'in_follow_up'"),),
    ),
    Mutant(
        *("R10", "a reoffence takes effect the day after", "survival"),
        (("days_to_first_reoffence as day,", "days_to_first_reoffence + 1 as day,"),),
    ),
    Mutant(
        *("R10", "a follow-up of twelve months has 365 days", "survival"),
        (("last_days.day) as last_day", "last_days.day - 1) as last_day"),),
    ),
    Mutant(
        *("R10", "the interval is on the scale of survival itself", "survival"),
        (
            (
                "power(survival, exp(log_log_margin))",
                "greatest(0, survival + log_log_margin * survival * ln(nullif(survival, 0)))",
            ),
        ),
    ),
    Mutant(
        *("I1", "the latest outcome counts", "int_first_outcomes"),
        (("proofs.proof_date, tiers.gravity desc", "proofs.proof_date desc, tiers.gravity desc"),),
    ),
    Mutant(
        *("I1", "who was cautioned first still enters by a court's outcome", "int_first_outcomes"),
        (
            (
                "from proofs inner join offences on",
                "from (select * from proofs where proof_tier <> 'pre_court') as proofs inner join offences on",
            ),
        ),
    ),
    Mutant(
        *("I1", "the child is as old as on the day of the outcome", "int_first_outcomes"),
        ((FIRST_HEARING, "null::date,"),),
    ),
    Mutant(
        *("I1", "a first hearing after the outcome is believed", "int_first_outcomes"),
        ((FIRST_HEARING, "first_hearings.first_hearing_date,"),),
    ),
    Mutant(
        *("I1", "a child of 18 enters", "int_first_outcomes"),
        (("between 10 and 17 as is_entrant", "between 10 and 18 as is_entrant"),),
    ),
    Mutant(
        *("I1", "a child of 9 enters", "int_first_outcomes"),
        (
            (
                "left join first_hearings on",
                "inner join offence_services as told on proofs.offence_uid = told.offence_uid "
                "and proofs.proof_date = told.day and told.exclusion is null left join first_hearings on",
            ),
        ),
    ),
    Mutant(
        *("I1", "the population of the nearest year", "int_service_populations"),
        (("populations.year > extract(year from spans.period_end),", ""),),
    ),
    Mutant(
        *("I1", "all have a population though one service's is of another year", "first_time_entrants"),
        (("and count(distinct base_year) = 1 as has_population", "as has_population"),),
    ),
    Mutant(
        *("I2", "a sentence that was set aside counts", "int_outcome_days"),
        (("and decides and is_standing and", "and decides and"),),
    ),
    Mutant(
        *("I2", "the least grave tier of the day speaks", "int_outcome_days"),
        (("deciding_outcomes.gravity desc,", "deciding_outcomes.gravity,"),),
    ),
    Mutant(
        *("I2", "one per offence, not per day", "int_outcome_days"),
        (
            (
                "distinct on (deciding_outcomes.person_key, deciding_outcomes.outcome_date)",
                "distinct on (deciding_outcomes.person_key, deciding_outcomes.outcome_date, deciding_outcomes.offence_uid)",
            ),
            (
                "deciding_outcomes.outcome_date, deciding_outcomes.gravity desc,",
                "deciding_outcomes.outcome_date, deciding_outcomes.offence_uid, deciding_outcomes.gravity desc,",
            ),
        ),
    ),
    Mutant(
        *("I2", "a sentence at 18 is a child's", "int_outcome_days"),
        (("between 10 and 17", "between 10 and 18"),),
    ),
    Mutant(
        *("I3", "episodes two days apart are one remand", "int_remand_placements"),
        (("start_date > latest_end_before + 1", "start_date > latest_end_before + 2"),),
    ),
    Mutant(
        *("I3", "episodes a day apart are two remands", "int_remand_placements"),
        (("start_date > latest_end_before + 1", "start_date > latest_end_before"),),
    ),
    Mutant(
        *("I3", "the night between two episodes is nobody's", "int_remand_placements"),
        (("coalesce( lead(start_date) over remand_episodes,", "coalesce( lead(start_date) over remand_episodes - 1,"),),
    ),
    Mutant(
        *("I3", "the day of leaving is a night", "remand"),
        (("least(stretches.to_day, spans.period_end + 1)", "least(stretches.to_day + 1, spans.period_end + 1)"),),
    ),
    Mutant(
        *("I3", "nights before the period count in it", "remand"),
        (("greatest(stretches.from_day, spans.period_start)", "stretches.from_day"),),
    ),
    Mutant(
        *("I3", "an open remand has no nights", "remand"),
        (
            ("coalesce(remands.end_date, date '1900-01-01')", "coalesce(remands.end_date, remands.start_date)"),
            ("coalesce(placements.to_day, date '1900-01-01')", "coalesce(placements.to_day, placements.from_day)"),
        ),
    ),
    Mutant(
        *("I3", "a child is counted once for each remand", "remand"),
        (("count(distinct in_spans.person_key) as children", "count(distinct in_spans.remand_key) as children"),),
    ),
    Mutant(
        *("I3", "a remand that began at 18 is a child's", "int_remands"),
        (("between 10 and 17", "between 10 and 18"),),
    ),
    Mutant(
        *("I3", "a remand of two services is the first one's by name", "int_remands"),
        (("coalesce(home_services.home_yot = placements.source, false) desc,", ""),),
    ),
    Mutant(
        *("I3", "care that begins the day after leaving is gained within", "int_remand_care"),
        (("looked_after.start_date <= remands.end_date)", "looked_after.start_date <= remands.end_date + 1)"),),
    ),
    Mutant(
        *("I3", "care from the first day on is not gained", "int_remand_care"),
        (("looked_after.start_date >= remands.start_date", "looked_after.start_date > remands.start_date"),),
    ),
    Mutant(
        *("I3", "who was looked after before gains care by another spell", "int_remand_care"),
        (("member_care.care_status <> 'LAC' and", ""),),
    ),
    Mutant(
        *("I4", "the planned end goes before the end", "int_ended_orders"),
        (
            (
                "coalesce(programmes.end_date, programmes.planned_end_date)",
                "coalesce(programmes.planned_end_date, programmes.end_date)",
            ),
        ),
    ),
    Mutant(
        *("I4", "an order without an end has not ended, whatever was planned", "int_ended_orders"),
        (("coalesce(programmes.end_date, programmes.planned_end_date)", "programmes.end_date"),),
    ),
    Mutant(
        *("I4", "an end on the as-of day has not come", "int_ended_orders"),
        (
            (
                "coalesce(programmes.end_date, programmes.planned_end_date) <= date",
                "coalesce(programmes.end_date, programmes.planned_end_date) < date",
            ),
        ),
    ),
    Mutant(
        *("I4", "a caution makes an order", "int_ended_orders"),
        (("tier in ('first_tier', 'community')", "tier in ('first_tier', 'community', 'pre_court')"),),
    ),
    Mutant(
        *("I4", "an outcome that was set aside makes an order", "int_ended_orders"),
        (("and source_system = 'cms' and is_standing", "and source_system = 'cms'"),),
    ),
    Mutant(
        *("I4", "children of two orders count twice at their end", "ete"),
        (("count(*) filter (where orders_at_end > 0)", "sum(orders_at_end)"),),
    ),
    Mutant(
        *("I5", "indexes under the minimum count are shown", "disproportionality"),
        (("when names_a_group and not is_hidden then", "when names_a_group then"),),
    ),
    Mutant(
        *("I5", "shares are of all, whether their group is known or not", "disproportionality"),
        (
            (
                "sum(children) filter (where names_a_group) over stage_groups",
                "sum(children) over stage_groups",
            ),
        ),
    ),
    Mutant(
        *("I5", "who was sentenced is cautioned too", "int_stage_children"),
        (("('cautioned', outcome_days.tier = 'pre_court')", "('cautioned', true)"),),
    ),
)
