-- I1, I2: the children of 10 to 17 that rates of a service and span are taken over: of the latest year on or before the
-- span's end that the list has, else of the earliest.
{{ config(materialized='table', indexes=[]) }}

with spans as (
    select * from {{ ref('int_service_spans') }}
),

populations as (
    select * from {{ source('reference', 'population') }}
    where
        reference_hash = '{{ var("reference_hash") }}'
        and age = '10-17'
        and ethnicity_group = 'All'
),

final as (
    select distinct on (spans.yot, spans.span, spans.quarter)
        spans.yot,
        spans.span,
        spans.quarter,
        populations.population,
        populations.year as base_year,
        populations.source collate "C" as population_source
    from spans
    inner join populations on spans.yot = populations.area
    order by
        spans.yot,
        spans.span,
        spans.quarter,
        populations.year > extract(year from spans.period_end),
        abs(populations.year - extract(year from spans.period_end))
)

select * from final
