-- T1, R2, E1: the days after the as-of day on which rows of a person change though no record of theirs does: a date in
-- their records is reached, a follow-up or a wait is over, a new period begins for a flag that still holds.
with offences as (
    select * from {{ affected(ref('stg_yot__offence')) }}
),

police_offences as (
    select * from {{ affected(ref('stg_pnc__offence')) }}
),

outcomes as (
    select * from {{ ref('stg_yot__outcome') }}
    where (source, offence_id) in (
        select
            source,
            offence_id
        from offences
    )
),

arrest_summonses as (
    select * from {{ ref('stg_pnc__arrest_summons') }}
    where (source, asn) in (
        select
            source,
            asn
        from police_offences
    )
),

disposals as (
    select * from {{ ref('stg_pnc__disposal') }}
    where (source, asn) in (
        select
            source,
            asn
        from police_offences
    )
),

custody_episodes as (
    select * from {{ affected(ref('stg_yot__custody_episode')) }}
),

assessments as (
    select * from {{ affected(ref('stg_yot__assessment')) }}
),

-- those whose nominal is this person's, with offences or without
own_arrest_summonses as (
    select * from {{ affected(ref('stg_pnc__arrest_summons')) }}
),

programmes as (
    select * from {{ affected(ref('stg_yot__programme')) }}
),

care_episodes as (
    select * from {{ affected(ref('stg_yot__care_episode')) }}
),

child_flags as (
    select * from {{ affected(ref('stg_yot__child_flag')) }}
),

members as (
    select * from {{ affected(ref('int_members')) }}
),

of_offences as (
    select
        offences.person_key,
        dates.day
    from offences
    cross join lateral (values (offences.offence_date), (offences.charge_date)) as dates (day)
    where {{ in_force('offences') }}

    union all

    select
        offences.person_key,
        outcomes.outcome_date
    from outcomes
    inner join offences
        on outcomes.source = offences.source and outcomes.offence_id = offences.offence_id
    where {{ in_force('outcomes') }}
),

of_police_offences as (
    select
        person_key,
        start_date as day
    from police_offences
    where {{ in_force('police_offences') }}

    union all

    select
        police_offences.person_key,
        arrest_summonses.process_date
    from arrest_summonses
    inner join police_offences
        on arrest_summonses.source = police_offences.source and arrest_summonses.asn = police_offences.asn
    where {{ in_force('arrest_summonses') }}

    union all

    select
        police_offences.person_key,
        disposals.disposal_date
    from disposals
    inner join police_offences
        on disposals.source = police_offences.source and disposals.asn = police_offences.asn
    where {{ in_force('disposals') }}
),

of_other_records as (
    select
        custody_episodes.person_key,
        dates.day
    from custody_episodes
    cross join lateral (values (custody_episodes.start_date), (custody_episodes.end_date)) as dates (day)
    where {{ in_force('custody_episodes') }}

    union all

    select
        person_key,
        assessment_date
    from assessments
    where {{ in_force('assessments') }}

    union all

    select
        person_key,
        process_date
    from own_arrest_summonses
    where {{ in_force('own_arrest_summonses') }}

    union all

    select
        programmes.person_key,
        dates.day
    from programmes
    cross join
        lateral (
            values
            (programmes.start_date),
            (coalesce(programmes.end_date, programmes.planned_end_date)),
            -- on its last day a programme is still open
            (programmes.end_date + 1)
        ) as dates (day)
    where {{ in_force('programmes') }}

    union all

    select
        person_key,
        start_date
    from care_episodes
    where {{ in_force('care_episodes') }}
),

of_flags as (
    select
        person_key,
        start_date as day
    from child_flags
    where {{ in_force('child_flags') }}

    union all

    -- every period begins on the first of a month
    select
        person_key,
        (date_trunc('month', {{ as_of() }}) + interval '1 month')::date
    from child_flags
    where
        {{ in_force('child_flags') }}
        and (end_date is null or end_date > {{ as_of() }})
),

of_members as (
    select
        members.person_key,
        ends.day + 1 as day
    from members
    cross join lateral (values (members.follow_up_end), (members.proof_end)) as ends (day)
),

unioned as (
    select * from of_offences
    union all
    select * from of_police_offences
    union all
    select * from of_other_records
    union all
    select * from of_flags
    union all
    select * from of_members
),

final as (
    select distinct
        person_key,
        day
    from unioned
    where person_key is not null and day > {{ as_of() }}
)

select * from final
