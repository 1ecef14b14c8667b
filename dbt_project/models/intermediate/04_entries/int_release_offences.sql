-- E2: the offences of a release: those of its episode's occasion, else of the latest custodial outcome on or before the
-- episode's start. A release is known from the case record, whatever a definition takes proof from.
with releases as (
    select * from {{ affected(ref('int_releases')) }}
),

outcome_records as (
    select * from {{ affected(ref('int_outcome_records')) }}
),

offence_groups as (
    select * from {{ affected(ref('int_offence_groups')) }}
),

deciding_outcomes as (
    select * from {{ affected(ref('int_deciding_outcomes')) }}
    where proof_sources = 'cms;pnc' and decides
),

of_occasions as (
    select distinct on (releases.release_uid, offence_groups.offence_uid)
        releases.release_uid,
        releases.person_key,
        offence_groups.offence_uid,
        outcome_records.outcome,
        outcome_records.gravity
    from releases
    inner join outcome_records
        on
            outcome_records.source_system = 'cms'
            and releases.yot = outcome_records.source
            and releases.occasion_id = outcome_records.occasion_id
            and releases.person_key = outcome_records.person_key
    inner join offence_groups on outcome_records.record_key = offence_groups.record_key
    order by
        releases.release_uid,
        offence_groups.offence_uid,
        outcome_records.gravity desc nulls last,
        outcome_records.source,
        outcome_records.outcome_id
),

custodial as (
    select
        releases.release_uid,
        releases.person_key,
        deciding_outcomes.offence_uid,
        deciding_outcomes.outcome,
        deciding_outcomes.gravity,
        deciding_outcomes.source_system,
        deciding_outcomes.source,
        deciding_outcomes.outcome_id,
        rank() over (partition by releases.release_uid order by deciding_outcomes.outcome_date desc) as newest_rank
    from releases
    inner join deciding_outcomes
        on
            releases.person_key = deciding_outcomes.person_key
            and deciding_outcomes.tier = 'custody'
            and deciding_outcomes.is_standing
            and deciding_outcomes.outcome_date <= releases.episode_start
    where not exists (select from of_occasions where releases.release_uid = of_occasions.release_uid)
),

of_latest_custodial_outcome as (
    select distinct on (release_uid, offence_uid)
        release_uid,
        person_key,
        offence_uid,
        outcome,
        gravity
    from custodial
    where newest_rank = 1
    order by release_uid, offence_uid, source_system, source, outcome_id
),

final as (
    select * from of_occasions
    union all
    select * from of_latest_custodial_outcome
)

select * from final
