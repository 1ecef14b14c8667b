-- O5: one row per offence and proof source: the day of its earliest standing caution or conviction, the gravest tier
-- of that day, its earliest standing diversion, and what it is where nothing proves it.
with offence_groups as (
    select * from {{ affected(ref('int_offence_groups')) }}
),

offence_records as (
    select * from {{ affected(ref('int_offence_records')) }}
),

offences as (
    select
        offence_groups.offence_uid,
        offence_groups.person_key,
        min(offence_records.start_date) as start_date
    from offence_groups
    inner join offence_records on offence_groups.record_key = offence_records.record_key
    group by offence_groups.offence_uid, offence_groups.person_key
),

deciding_outcomes as (
    select * from {{ affected(ref('int_deciding_outcomes')) }}
),

proof_sources as (
    select unnest(array['cms;pnc', 'pnc']) collate "C" as proof_sources
),

summed_up as (
    select
        proof_sources,
        offence_uid,
        min(outcome_date) as first_outcome_date,
        bool_and(is_unmapped) as is_outcome_unmapped,
        bool_or(is_substantive and not is_standing) as has_set_aside,
        bool_or(tier in ('non_conviction', 'none')) as has_non_conviction,
        bool_or(tier = 'no_action') as has_no_action
    from deciding_outcomes
    where decides
    group by proof_sources, offence_uid
),

with_a_result as (
    select distinct
        proof_sources,
        offence_uid
    from deciding_outcomes
    where is_final
),

earliest_proof as (
    select distinct on (proof_sources, offence_uid)
        proof_sources,
        offence_uid,
        outcome_date,
        tier,
        outcome
    from deciding_outcomes
    where decides and is_standing and is_substantive
    order by proof_sources, offence_uid, outcome_date, gravity desc, source_system, source, outcome_id
),

earliest_diversion as (
    select distinct on (proof_sources, offence_uid)
        proof_sources,
        offence_uid,
        outcome_date,
        tier,
        outcome
    from deciding_outcomes
    where is_standing and tier = 'diversion'
    order by proof_sources, offence_uid, outcome_date, source_system, source, outcome_id
),

final as (
    select
        offences.offence_uid,
        offences.person_key,
        proof_sources.proof_sources,
        earliest_proof.outcome_date as proof_date,
        earliest_proof.tier as proof_tier,
        earliest_proof.outcome as proof_outcome,
        earliest_diversion.outcome_date as diversion_date,
        earliest_diversion.outcome as diversion_outcome,
        -- P2 asks for the service of the offence on this day
        coalesce(
            earliest_proof.outcome_date,
            earliest_diversion.outcome_date,
            summed_up.first_outcome_date,
            offences.start_date
        ) as service_day,
        coalesce(summed_up.is_outcome_unmapped, false) as is_outcome_unmapped,
        coalesce(summed_up.has_set_aside, false) as has_set_aside,
        coalesce(summed_up.has_non_conviction, false) as has_non_conviction,
        coalesce(summed_up.has_no_action, false) as has_no_action,
        earliest_diversion.outcome_date is not null as has_diversion,
        with_a_result.offence_uid is not null as has_final_result
    from offences
    cross join proof_sources
    left join summed_up
        on
            offences.offence_uid = summed_up.offence_uid
            and proof_sources.proof_sources = summed_up.proof_sources
    left join with_a_result
        on
            offences.offence_uid = with_a_result.offence_uid
            and proof_sources.proof_sources = with_a_result.proof_sources
    left join earliest_proof
        on
            offences.offence_uid = earliest_proof.offence_uid
            and proof_sources.proof_sources = earliest_proof.proof_sources
    left join earliest_diversion
        on
            offences.offence_uid = earliest_diversion.offence_uid
            and proof_sources.proof_sources = earliest_diversion.proof_sources
)

select * from final
