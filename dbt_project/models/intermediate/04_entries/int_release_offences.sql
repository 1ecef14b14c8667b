-- E2: the offences of a release, by proof source: those of its episode's occasion, else of the latest custodial outcome
-- on or before the stay's start.
with releases as (
    select * from {{ ref('int_releases') }}
),

stays as (
    select * from {{ ref('int_stays') }}
),

outcome_records as (
    select * from {{ ref('int_outcome_records') }}
),

offence_groups as (
    select * from {{ ref('int_offence_groups') }}
),

deciding_outcomes as (
    select * from {{ ref('int_deciding_outcomes') }}
),

proof_sources as (
    select unnest(array['cms;pnc', 'pnc']) collate "C" as proof_sources
),

occasions as (
    select distinct on (releases.release_uid)
        releases.release_uid,
        stays.source,
        stays.occasion_id
    from releases
    inner join stays
        on releases.person_key = stays.person_key and releases.stay_number = stays.stay_number
    where stays.occasion_id is not null
    order by releases.release_uid, stays.end_date desc, stays.start_date desc, stays.source, stays.episode_id
),

of_occasions as (
    select distinct
        occasions.release_uid,
        offence_groups.offence_uid
    from occasions
    inner join releases on occasions.release_uid = releases.release_uid
    inner join outcome_records
        on
            outcome_records.source_system = 'cms'
            and occasions.source = outcome_records.source
            and occasions.occasion_id = outcome_records.occasion_id
            and releases.person_key = outcome_records.person_key
    inner join offence_groups on outcome_records.record_key = offence_groups.record_key
),

custodial as (
    select
        releases.release_uid,
        deciding_outcomes.proof_sources,
        deciding_outcomes.offence_uid,
        deciding_outcomes.outcome_date,
        max(deciding_outcomes.outcome_date) over (
            partition by releases.release_uid, deciding_outcomes.proof_sources
        ) as latest_date
    from releases
    inner join deciding_outcomes
        on
            releases.person_key = deciding_outcomes.person_key
            and deciding_outcomes.tier = 'custody'
            and deciding_outcomes.is_standing
            and deciding_outcomes.outcome_date <= releases.stay_start
    where not exists (select from of_occasions where releases.release_uid = of_occasions.release_uid)
),

linked as (
    select
        of_occasions.release_uid,
        proof_sources.proof_sources,
        of_occasions.offence_uid
    from of_occasions
    cross join proof_sources

    union

    select
        release_uid,
        proof_sources,
        offence_uid
    from custodial
    where outcome_date = latest_date
),

custodial_outcomes as (
    select distinct on (linked.release_uid, linked.proof_sources, linked.offence_uid)
        linked.release_uid,
        linked.proof_sources,
        linked.offence_uid,
        deciding_outcomes.outcome
    from linked
    inner join releases on linked.release_uid = releases.release_uid
    inner join deciding_outcomes
        on
            linked.proof_sources = deciding_outcomes.proof_sources
            and linked.offence_uid = deciding_outcomes.offence_uid
            and deciding_outcomes.tier = 'custody'
            and deciding_outcomes.is_standing
            and deciding_outcomes.outcome_date <= releases.release_date
    order by
        linked.release_uid,
        linked.proof_sources,
        linked.offence_uid,
        deciding_outcomes.outcome_date desc,
        deciding_outcomes.source_system,
        deciding_outcomes.source,
        deciding_outcomes.outcome_id
),

final as (
    select
        linked.release_uid,
        linked.proof_sources,
        linked.offence_uid,
        custodial_outcomes.outcome
    from linked
    left join custodial_outcomes
        on
            linked.release_uid = custodial_outcomes.release_uid
            and linked.proof_sources = custodial_outcomes.proof_sources
            and linked.offence_uid = custodial_outcomes.offence_uid
)

select * from final
