-- I3: one row per service (and all services), quarter, span (the quarter, or the twelve months that end with it),
-- dimension and value: remands with a night in the span or begun in it, their nights in it, and the children. A night
-- belongs to the day on which it begins; an open remand goes on to the as-of day.
with spans as (
    select * from {{ ref('int_service_spans') }}
),

remands as (
    select * from {{ ref('int_remands') }}
),

placements as (
    select * from {{ ref('int_remand_placements') }}
),

remand_care as (
    select * from {{ ref('int_remand_care') }}
),

stretches as (
    select
        remands.yot,
        remands.remand_key,
        remands.person_key,
        'all' as dimension,
        'all' as value,
        remands.start_date as from_day,
        coalesce(remands.end_date, {{ as_of() }}) as to_day
    from remands

    union all

    select
        remands.yot,
        remands.remand_key,
        remands.person_key,
        dimensions.dimension,
        dimensions.value,
        remands.start_date,
        coalesce(remands.end_date, {{ as_of() }})
    from remands
    inner join remand_care on remands.remand_key = remand_care.remand_key
    cross join
        lateral (
            values
            ('care_status_before', remand_care.care_status_before),
            ('care_gained', remand_care.is_care_gained)
        ) as dimensions (dimension, value)

    union all

    select
        remands.yot,
        remands.remand_key,
        remands.person_key,
        'placement_type',
        placements.placement_type,
        placements.from_day,
        coalesce(placements.to_day, {{ as_of() }})
    from remands
    inner join placements on remands.remand_key = placements.remand_key
),

in_spans as (
    select
        spans.yot,
        spans.span,
        spans.quarter,
        stretches.remand_key,
        stretches.person_key,
        stretches.dimension,
        stretches.value,
        stretches.from_day >= spans.period_start as is_begun,
        greatest(
            0,
            least(stretches.to_day, spans.period_end + 1) - greatest(stretches.from_day, spans.period_start)
        ) as nights
    from spans
    inner join stretches
        on
            spans.yot = stretches.yot
            and stretches.from_day <= spans.period_end
            and (stretches.from_day >= spans.period_start or stretches.to_day > spans.period_start)
),

span_cells as (
    select
        spans.span,
        spans.quarter,
        spans.period_start,
        spans.period_end,
        spans.is_complete,
        cells.cell_yot
    from spans
    cross join lateral (values (spans.yot), ('all')) as cells (cell_yot)
    group by spans.span, spans.quarter, spans.period_start, spans.period_end, spans.is_complete, cells.cell_yot
),

values_met as (
    select distinct
        cells.cell_yot,
        in_spans.span,
        in_spans.quarter,
        in_spans.dimension,
        in_spans.value
    from in_spans
    cross join lateral (values (in_spans.yot), ('all')) as cells (cell_yot)

    union

    select
        cell_yot,
        span,
        quarter,
        'all',
        'all'
    from span_cells
),

counted as (
    select
        cells.cell_yot,
        in_spans.span,
        in_spans.quarter,
        in_spans.dimension,
        in_spans.value,
        count(distinct in_spans.remand_key) as remands,
        count(distinct in_spans.remand_key) filter (where in_spans.is_begun) as remands_begun,
        count(distinct in_spans.person_key) as children,
        sum(in_spans.nights) as nights
    from in_spans
    cross join lateral (values (in_spans.yot), ('all')) as cells (cell_yot)
    group by cells.cell_yot, in_spans.span, in_spans.quarter, in_spans.dimension, in_spans.value
),

final as (
    select
        span_cells.cell_yot collate "C" as yot,
        span_cells.span,
        span_cells.quarter,
        span_cells.period_start,
        span_cells.period_end,
        span_cells.is_complete,
        values_met.dimension collate "C" as dimension,
        values_met.value collate "C" as value,
        coalesce(counted.remands, 0)::integer as remands,
        coalesce(counted.remands_begun, 0)::integer as remands_begun,
        coalesce(counted.children, 0)::integer as children,
        coalesce(counted.nights, 0)::integer as nights,
        round(counted.nights::numeric / nullif(counted.remands, 0), 6)::numeric(12, 6) as nights_per_remand,
        round(counted.nights::numeric / nullif(counted.children, 0), 6)::numeric(12, 6) as nights_per_child
    from span_cells
    inner join values_met
        on
            span_cells.cell_yot = values_met.cell_yot
            and span_cells.span = values_met.span
            and span_cells.quarter = values_met.quarter
    left join counted
        on
            values_met.cell_yot = counted.cell_yot
            and values_met.span = counted.span
            and values_met.quarter = counted.quarter
            and values_met.dimension = counted.dimension
            and values_met.value = counted.value
)

select * from final
