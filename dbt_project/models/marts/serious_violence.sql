-- E3: one row per service (and all services), quarter, span (the quarter, or the twelve months that end with it),
-- dimension and value: proven offences of serious violence, each once, and the children who committed them. Risk of
-- serious harm: on the day of proof, and the latest that is known.
with spans as (
    select * from {{ ref('int_service_spans') }}
),

serious_violence as (
    select * from {{ ref('int_serious_violence') }}
),

member_assessments as (
    select * from {{ ref('int_member_assessments') }}
),

latest_assessments as (
    select * from {{ ref('int_latest_assessments') }}
),

with_risk as (
    select
        serious_violence.*,
        coalesce(member_assessments.rosh, 'Not known') as rosh_at_entry,
        coalesce(latest_assessments.rosh, 'Not known') as rosh_latest,
        coalesce(
            case sign(
                {{ level_order('latest_assessments.rosh') }} - {{ level_order('member_assessments.rosh') }}
            )
                when -1 then 'lower'
                when 0 then 'same'
                when 1 then 'higher'
            end,
            'Not known'
        ) as rosh_change
    from serious_violence
    left join member_assessments on serious_violence.day_key = member_assessments.day_key
    left join latest_assessments on serious_violence.person_key = latest_assessments.person_key
),

by_dimension as (
    select
        with_risk.yot,
        with_risk.person_key,
        with_risk.proof_date,
        dimensions.dimension,
        dimensions.value
    from with_risk
    cross join lateral (
        values
        ('all', 'all'),
        ('category', with_risk.yjb_category),
        ('seriousness', with_risk.seriousness::text),
        ('age_band', case when with_risk.age < 15 then '10-14' else '15-17' end),
        ('sex', with_risk.sex),
        ('tier', with_risk.tier),
        ('rosh_at_entry', with_risk.rosh_at_entry),
        ('rosh_latest', with_risk.rosh_latest),
        ('rosh_change', with_risk.rosh_change)
    ) as dimensions (dimension, value)
),

span_cells as (
    select
        spans.*,
        cells.cell_yot
    from spans
    cross join lateral (values (spans.yot), ('all')) as cells (cell_yot)
),

in_cells as (
    select
        span_cells.*,
        by_dimension.person_key,
        by_dimension.dimension,
        by_dimension.value
    from span_cells
    inner join by_dimension
        on
            span_cells.yot = by_dimension.yot
            and by_dimension.proof_date between span_cells.period_start and span_cells.period_end

    union all

    -- a quarter without any is told
    select
        span_cells.*,
        null,
        'all',
        'all'
    from span_cells
),

by_child as (
    select
        cell_yot,
        span,
        quarter,
        period_start,
        period_end,
        is_complete,
        dimension,
        value,
        person_key,
        count(person_key) as offences
    from in_cells
    group by cell_yot, span, quarter, period_start, period_end, is_complete, dimension, value, person_key
),

final as (
    select
        cell_yot collate "C" as yot,
        span,
        quarter,
        period_start,
        period_end,
        is_complete,
        dimension collate "C" as dimension,
        value collate "C" as value,
        sum(offences)::integer as offences,
        count(person_key)::integer as children
    from by_child
    group by cell_yot, span, quarter, period_start, period_end, is_complete, dimension, value
)

select * from final
