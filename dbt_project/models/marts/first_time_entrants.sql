-- I1: one row per service (and all services), quarter and span (the quarter, or the twelve months that end with it):
-- first-time entrants and their rate per 100,000 children of 10 to 17.
with first_outcomes as (
    select * from {{ ref('int_first_outcomes') }}
),

events as (
    select
        yot,
        outcome_date as day,
        true as is_counted
    from first_outcomes
    where is_entrant
),

final as (
    select
        yot,
        span,
        quarter,
        period_start,
        period_end,
        is_complete,
        counted as first_time_entrants,
        population,
        base_year,
        population_source,
        rate as rate_per_100000,
        counted_year_before as first_time_entrants_year_before,
        population_year_before,
        base_year_year_before,
        rate_year_before as rate_per_100000_year_before
    from {{ rates_over_population('events', 100000) }} as rates
)

select * from final
