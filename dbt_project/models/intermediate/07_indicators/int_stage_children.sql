-- I5: the children of each stage in a service's quarter or year, each once, with their ethnic group.
{{ config(materialized='table', indexes=[]) }}

with spans as (
    select * from {{ ref('int_service_spans') }}
),

first_outcomes as (
    select * from {{ ref('int_first_outcomes') }}
    where is_entrant
),

outcome_days as (
    select * from {{ ref('int_outcome_days') }}
),

remands as (
    select * from {{ ref('int_remands') }}
),

ethnic_groups as (
    select * from {{ ref('int_ethnic_groups') }}
),

stage_days as (
    select
        'first_time_entrants' as stage,
        yot,
        person_key,
        outcome_date as from_day,
        outcome_date as to_day
    from first_outcomes

    union all

    -- I3: the night before the last day is the last; a remand that began is told without a night
    select
        'remand',
        yot,
        person_key,
        start_date,
        greatest(start_date, coalesce(end_date, {{ as_of() }}) - 1)
    from remands

    union all

    select
        stages.stage,
        outcome_days.yot,
        outcome_days.person_key,
        outcome_days.outcome_date as from_day,
        outcome_days.outcome_date as to_day
    from outcome_days
    cross join
        lateral (
            values
            ('substantive_outcome', true),
            ('cautioned', outcome_days.tier = 'pre_court'),
            ('knife', outcome_days.is_knife_related),
            ('sentenced', outcome_days.tier <> 'pre_court'),
            ('custody', outcome_days.tier = 'custody')
        ) as stages (stage, is_reached)
    where stages.is_reached
),

final as (
    select distinct
        spans.yot,
        spans.span,
        spans.quarter,
        stage_days.stage,
        stage_days.person_key,
        coalesce(ethnic_groups.ethnicity_group, 'Not known') as ethnicity_group
    from spans
    inner join stage_days
        on
            spans.yot = stage_days.yot
            and stage_days.from_day <= spans.period_end
            and stage_days.to_day >= spans.period_start
    left join ethnic_groups on stage_days.person_key = ethnic_groups.person_key
)

select * from final
