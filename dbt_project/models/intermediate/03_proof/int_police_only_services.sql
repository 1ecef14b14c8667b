-- P2: the service of an event that only the police know: by a programme or custody episode that covers the day, else
-- by the latest outcome in a case record, else by the child's home.
with offence_days as (
    select * from {{ affected(ref('int_offence_days')) }}
),

offence_groups as (
    select * from {{ affected(ref('int_offence_groups')) }}
),

offence_records as (
    select * from {{ affected(ref('int_offence_records')) }}
),

outcome_records as (
    select * from {{ affected(ref('int_outcome_records')) }}
),

home_services as (
    select * from {{ affected(ref('int_home_services')) }}
),

programmes as (
    select * from {{ affected(ref('stg_yot__programme')) }}
),

custody_episodes as (
    select * from {{ affected(ref('stg_yot__custody_episode')) }}
),

known_to_cms as (
    select distinct offence_groups.offence_uid
    from offence_groups
    inner join offence_records
        on offence_groups.record_key = offence_records.record_key and offence_records.source_system = 'cms'
),

police_only as (
    select * from offence_days
    where not exists (select from known_to_cms where offence_days.offence_uid = known_to_cms.offence_uid)
),

spells as (
    select
        person_key,
        source,
        start_date,
        end_date
    from programmes
    where {{ in_force('programmes') }}
    union all
    select
        person_key,
        source,
        start_date,
        end_date
    from custody_episodes
    where {{ in_force('custody_episodes') }}
),

by_spell as (
    select distinct on (police_only.offence_uid, police_only.day)
        police_only.offence_uid,
        police_only.day,
        spells.source as yot
    from police_only
    inner join spells
        on
            police_only.person_key = spells.person_key
            and spells.start_date <= police_only.day
            and (spells.end_date is null or spells.end_date >= police_only.day)
    order by police_only.offence_uid, police_only.day, spells.start_date desc, spells.source
),

by_outcome as (
    select distinct on (police_only.offence_uid, police_only.day)
        police_only.offence_uid,
        police_only.day,
        outcome_records.source as yot
    from police_only
    inner join outcome_records
        on
            police_only.person_key = outcome_records.person_key
            and outcome_records.source_system = 'cms'
            and outcome_records.outcome_date <= police_only.day
    order by police_only.offence_uid, police_only.day, outcome_records.outcome_date desc, outcome_records.source
),

final as (
    select
        police_only.offence_uid,
        police_only.person_key,
        police_only.day,
        coalesce(by_spell.yot, by_outcome.yot, home_services.home_yot) as yot
    from police_only
    left join by_spell on police_only.offence_uid = by_spell.offence_uid and police_only.day = by_spell.day
    left join by_outcome on police_only.offence_uid = by_outcome.offence_uid and police_only.day = by_outcome.day
    left join home_services
        on
            police_only.person_key = home_services.person_key
            and {{ holds_on('home_services', 'police_only.day') }}
)

select * from final
