-- R10: one row per definition, cohort, service (and all services) and day after the index date: closed members still
-- without a reoffence. A follow-up of 365 days has been whole, so that nobody leaves before the last day.
{{ config(materialized='incremental', incremental_strategy='changed_cohorts') }}

with members as (
    select * from {{ of_changed_cohorts(ref('int_cell_members')) }} as cell_members
    where state = 'closed'
),

definitions as (
    select * from {{ ref('int_definitions') }}
),

-- a whole round of leap years
months as (
    select generate_series(date '2024-01-01', date '2027-12-01', interval '1 month') as first_day
),

last_days as (
    select
        definitions.definition,
        max({{ add_months('months.first_day', 'definitions.follow_up_months') }} - months.first_day::date) as day
    from definitions
    cross join months
    group by definitions.definition
),

steps as (
    select
        definition,
        cohort,
        cell_yot,
        0 as day,
        0 as events
    from members
    group by definition, cohort, cell_yot

    union all

    select
        definition,
        cohort,
        cell_yot,
        days_to_first_reoffence as day,
        count(*) as events
    from members
    where is_reoffender
    group by definition, cohort, cell_yot, days_to_first_reoffence
),

cells as (
    select
        definition,
        cohort,
        cell_yot,
        count(*) as children
    from members
    group by definition, cohort, cell_yot
),

walked as (
    select
        steps.definition,
        steps.cohort,
        steps.cell_yot,
        cells.children,
        steps.day,
        coalesce(lead(steps.day) over step_by_step - 1, last_days.day) as last_day,
        steps.events,
        cells.children - sum(steps.events) over step_by_step as survivors
    from steps
    inner join cells
        on
            steps.definition = cells.definition
            and steps.cohort = cells.cohort
            and steps.cell_yot = cells.cell_yot
    inner join last_days on steps.definition = last_days.definition
    window step_by_step as (partition by steps.definition, steps.cohort, steps.cell_yot order by steps.day)
),

-- Greenwood's sum where nobody is lost: (1 - S) / (n S)
with_margin as (
    select
        *,
        survivors / children as survival,
        case
            when survivors between 1 and children - 1
                then
                    {{ z_95() }} * sqrt((children - survivors) / (children * survivors))
                    / -ln(survivors / children)
            else 0
        end as log_log_margin
    from walked
),

-- materialized: once for each step, not for each of its days
bounded as materialized (
    select
        definition,
        cohort,
        cell_yot,
        day,
        last_day,
        events::integer as events,
        survivors::integer as survivors,
        round(survival, 12)::numeric(15, 12) as survival,
        round(power(survival, exp(log_log_margin)), 12)::numeric(15, 12) as low,
        round(power(survival, exp(-log_log_margin)), 12)::numeric(15, 12) as high
    from with_margin
),

final as (
    select
        bounded.definition,
        bounded.cohort,
        bounded.cell_yot collate "C" as yot,
        days.day,
        bounded.survivors + case when days.day = bounded.day then bounded.events else 0 end as at_risk,
        case when days.day = bounded.day then bounded.events else 0 end as events,
        bounded.survival,
        bounded.low,
        bounded.high
    from bounded
    cross join lateral generate_series(bounded.day, bounded.last_day) as days (day)
)

select * from final
