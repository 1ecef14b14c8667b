-- One row per service (and all, of figures that are kept for every service) and published figure: what was printed, and
-- ours of the same measure, definition and length of period that ends nearest to it.
with published as (
    select * from {{ source('reference', 'comparator') }}
    where reference_hash = '{{ var("reference_hash") }}'
),

reporting_services as (
    select * from {{ ref('int_reporting_services') }}
),

own_figures as (
    select * from {{ ref('int_own_figures') }}
),

services as (
    select distinct source as yot
    from reporting_services

    union all

    select 'all'
),

kept as (
    select
        services.yot,
        published.*,
        case published.unit when 'per_1000' then 1000 when 'per_100000' then 100000 else 1 end as per,
        case published.unit when 'per_cent' then 100 else 1 end as parts,
        case published.unit when 'per_cent' then scale(published.value) + 2 else scale(published.value) end as decimals,
        {{ months_between('published.period_start', 'published.period_end') }} as months
    from published
    inner join services
        on published.services = '*' or services.yot = any(string_to_array(published.services, ';'))
),

compared as (
    select distinct on (
        kept.yot, kept.area, kept.measure, kept.definition, kept.period_start, kept.period_end, kept.source
    )
        kept.*,
        own_figures.period as our_period,
        own_figures.period_start as our_period_start,
        own_figures.period_end as our_period_end,
        own_figures.state as our_state,
        own_figures.maturity as our_maturity,
        own_figures.numerator as our_numerator,
        own_figures.denominator as our_denominator,
        own_figures.value as our_value
    from kept
    left join own_figures
        on
            kept.measure = own_figures.measure
            and kept.definition is not distinct from own_figures.definition
            and kept.yot = own_figures.yot
            and kept.months = {{ months_between('own_figures.period_start', 'own_figures.period_end') }}
    order by
        kept.yot,
        kept.area,
        kept.measure,
        kept.definition,
        kept.period_start,
        kept.period_end,
        kept.source,
        abs({{ months_between('kept.period_end + 1', 'own_figures.period_end') }}),
        own_figures.period_end
),

final as (
    select
        yot collate "C" as yot,
        area,
        kind collate "C" as kind,
        measure,
        (case unit when 'per_cent' then 'fraction' else unit end) collate "C" as unit,
        definition,
        basis,
        period,
        period_start,
        period_end,
        (value / parts)::numeric(15, 6) as published_value,
        numerator as published_numerator,
        denominator as published_denominator,
        round(per * numerator::numeric / denominator, 6)::numeric(15, 6) as published_from_counts,
        our_period,
        our_period_start,
        our_period_end,
        {{ months_between('period_end + 1', 'our_period_end') }} as months_apart,
        our_state,
        our_maturity,
        our_numerator,
        our_denominator,
        our_value::numeric(15, 6) as our_value,
        (our_value - value / parts)::numeric(15, 6) as difference,
        case
            when area = yot and period_start = our_period_start and period_end = our_period_end
                then round(our_value, decimals) = value / parts
        end as is_as_published,
        source,
        page,
        source_date,
        note
    from compared
)

select * from final
