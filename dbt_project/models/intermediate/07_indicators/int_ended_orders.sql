-- I4: orders that have ended: programmes whose occasion has a standing first-tier or community outcome, and whose end,
-- else planned end, has come.
with programmes as (
    select * from {{ affected(ref('stg_yot__programme')) }}
),

outcome_records as (
    select * from {{ affected(ref('int_outcome_records')) }}
    where source_system = 'cms' and tier in ('first_tier', 'community')
),

deciding_outcomes as (
    select * from {{ affected(ref('int_deciding_outcomes')) }}
    where proof_sources = 'cms;pnc' and source_system = 'cms' and is_standing
),

people as (
    select * from {{ affected(source('identity', 'person')) }}
    where
        known_from <= {{ known_as_of() }}
        and (known_to is null or {{ known_as_of() }} < known_to)
),

occasions as (
    select distinct
        outcome_records.person_key,
        outcome_records.source,
        outcome_records.occasion_id
    from outcome_records
    inner join deciding_outcomes
        on
            outcome_records.person_key = deciding_outcomes.person_key
            and outcome_records.source = deciding_outcomes.source
            and outcome_records.outcome_id = deciding_outcomes.outcome_id
),

ended as (
    select
        programmes.person_key,
        programmes.source as yot,
        programmes.programme_id,
        programmes.start_date,
        coalesce(programmes.end_date, programmes.planned_end_date) as end_date
    from programmes
    inner join occasions
        on
            programmes.person_key = occasions.person_key
            and programmes.source = occasions.source
            and programmes.occasion_id = occasions.occasion_id
    where
        {{ in_force('programmes') }}
        and programmes.start_date <= {{ as_of() }}
        and coalesce(programmes.end_date, programmes.planned_end_date) <= {{ as_of() }}
),

final as (
    select
        ended.yot,
        ended.programme_id,
        ended.person_key,
        ended.start_date,
        ended.end_date,
        ended.yot || '/' || ended.person_key || '/' || ended.start_date as start_key,
        ended.yot || '/' || ended.person_key || '/' || ended.end_date as end_key,
        ended.end_date <= {{ end_of_compulsory_school('people.date_of_birth') }} as is_of_school_age
    from ended
    inner join people on ended.person_key = people.person_key
)

select * from final
