-- I2: one row per service (and all services), quarter and span (the quarter, or the twelve months that end with it):
-- custodial sentences of children, one per child and day, their rate per 1,000 children of 10 to 17, and their share of
-- all that courts sentenced children to.
with sentences as (
    select * from {{ ref('int_outcome_days') }}
    where tier <> 'pre_court'
),

events as (
    select
        yot,
        outcome_date as day,
        tier = 'custody' as is_counted
    from sentences
),

final as (
    select
        yot,
        span,
        quarter,
        period_start,
        period_end,
        is_complete,
        counted as custodial_sentences,
        events as sentences,
        round(counted::numeric / nullif(events, 0), 6)::numeric(9, 6) as share_of_sentences,
        population,
        base_year,
        population_source,
        rate as rate_per_1000,
        counted_year_before as custodial_sentences_year_before,
        population_year_before,
        base_year_year_before,
        rate_year_before as rate_per_1000_year_before
    from {{ rates_over_population('events', 1000) }} as rates
)

select * from final
