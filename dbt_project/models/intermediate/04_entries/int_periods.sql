-- E6: the periods of each kind that have begun by the as-of day, with their names.
with years as (
    select
        make_date(year, 1, 1) as year_start,
        year
    from generate_series(1900, extract(year from {{ as_of() }})::integer) as years (year)
),

quarters as (
    select
        'quarter' as cohort_period,
        year || 'Q' || quarter as cohort,
        (year_start + make_interval(months => 3 * (quarter - 1)))::date as cohort_start,
        (year_start + make_interval(months => 3 * quarter) - interval '1 day')::date as cohort_end
    from years
    cross join generate_series(1, 4) as quarters (quarter)
),

first_quarters as (
    select
        'first_quarter' as cohort_period,
        year || 'Q1' as cohort,
        year_start as cohort_start,
        make_date(year, 3, 31) as cohort_end
    from years
),

financial_years as (
    select
        'financial_year' as cohort_period,
        year || '-' || lpad(((year + 1) % 100)::text, 2, '0') as cohort,
        make_date(year, 4, 1) as cohort_start,
        make_date(year + 1, 3, 31) as cohort_end
    from years
),

calendar_years as (
    select
        'calendar_year' as cohort_period,
        year::text as cohort,
        year_start as cohort_start,
        make_date(year, 12, 31) as cohort_end
    from years
),

unioned as (
    select * from quarters
    union all
    select * from first_quarters
    union all
    select * from financial_years
    union all
    select * from calendar_years
)

select
    cohort_period,
    cohort collate "C" as cohort,
    cohort_start,
    cohort_end
from unioned
where cohort_start <= {{ as_of() }}
