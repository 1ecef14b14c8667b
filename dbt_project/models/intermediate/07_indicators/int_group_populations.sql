-- I5: the children of 10 to 17 of each ethnic group, by service (and all services), quarter and span: of the latest year
-- on or before the span's end for which the list has groups, else of the earliest. `all` has them where every service
-- of the span does, of one year.
{{ config(materialized='table', indexes=[]) }}

with spans as (
    select * from {{ ref('int_service_spans') }}
),

populations as (
    select * from {{ source('reference', 'population') }}
    where reference_hash = '{{ var("reference_hash") }}' and ethnicity_group <> 'All'
),

-- a group's own row, else the sum of its single ages
by_group as (
    select
        area,
        year,
        ethnicity_group,
        coalesce(sum(population) filter (where age = '10-17'), sum(population)) as population,
        coalesce(
            string_agg(distinct source, '; ') filter (where age = '10-17'),
            string_agg(distinct source, '; ')
        ) as population_source
    from populations
    group by area, year, ethnicity_group
),

base_years as (
    select distinct on (spans.yot, spans.span, spans.quarter)
        spans.yot,
        spans.span,
        spans.quarter,
        by_group.year as base_year
    from spans
    inner join by_group on spans.yot = by_group.area
    order by
        spans.yot,
        spans.span,
        spans.quarter,
        by_group.year > extract(year from spans.period_end),
        abs(by_group.year - extract(year from spans.period_end))
),

of_services as (
    select
        base_years.yot,
        base_years.span,
        base_years.quarter,
        by_group.ethnicity_group,
        by_group.population,
        base_years.base_year,
        by_group.population_source
    from base_years
    inner join by_group on base_years.yot = by_group.area and base_years.base_year = by_group.year
),

told_of_all as (
    select
        spans.span,
        spans.quarter
    from spans
    left join base_years
        on
            spans.yot = base_years.yot
            and spans.span = base_years.span
            and spans.quarter = base_years.quarter
    group by spans.span, spans.quarter
    having bool_and(base_years.base_year is not null) and count(distinct base_years.base_year) = 1
),

of_all as (
    select
        'all' as yot,
        of_services.span,
        of_services.quarter,
        of_services.ethnicity_group,
        sum(of_services.population) as population,
        max(of_services.base_year) as base_year,
        string_agg(distinct of_services.population_source, '; ') as population_source
    from of_services
    inner join told_of_all
        on of_services.span = told_of_all.span and of_services.quarter = told_of_all.quarter
    group by of_services.span, of_services.quarter, of_services.ethnicity_group
),

unioned as (
    select * from of_services
    union all
    select * from of_all
)

select
    yot collate "C" as yot,
    span,
    quarter,
    ethnicity_group collate "C" as ethnicity_group,
    population::integer as population,
    base_year,
    population_source collate "C" as population_source
from unioned
