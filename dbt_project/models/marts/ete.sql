-- I4: one row per service (and all services), quarter, span (the quarter, or the twelve months that end with it), age
-- group and band of education, training and employment: orders that ended in the span, by what the child had on the first
-- day of the order and on its last. An order counts once in each of the two columns.
with spans as (
    select * from {{ ref('int_service_spans') }}
),

ended_orders as (
    select * from {{ ref('int_ended_orders') }}
),

member_ete as (
    select * from {{ ref('int_member_ete') }}
),

in_cells as (
    select
        cells.cell_yot,
        spans.span,
        spans.quarter,
        spans.period_start,
        spans.period_end,
        spans.is_complete,
        ages.age_group,
        ended_orders.person_key,
        at_start.ete_band as start_band,
        at_end.ete_band as end_band
    from spans
    inner join ended_orders
        on spans.yot = ended_orders.yot and ended_orders.end_date between spans.period_start and spans.period_end
    inner join member_ete as at_start on ended_orders.start_key = at_start.day_key
    inner join member_ete as at_end on ended_orders.end_key = at_end.day_key
    cross join lateral (values (spans.yot), ('all')) as cells (cell_yot)
    cross join lateral (
        values
        ('all'),
        (case when ended_orders.is_of_school_age then 'school_age' else 'above_school_age' end)
    ) as ages (age_group)
),

by_child as (
    select
        in_cells.cell_yot,
        in_cells.span,
        in_cells.quarter,
        in_cells.period_start,
        in_cells.period_end,
        in_cells.is_complete,
        in_cells.age_group,
        in_cells.person_key,
        bands.ete_band,
        count(*) filter (where not bands.is_end) as orders_at_start,
        count(*) filter (where bands.is_end) as orders_at_end
    from in_cells
    cross join
        lateral (
            values (in_cells.start_band, false), (in_cells.end_band, true)
        ) as bands (ete_band, is_end)
    group by
        in_cells.cell_yot,
        in_cells.span,
        in_cells.quarter,
        in_cells.period_start,
        in_cells.period_end,
        in_cells.is_complete,
        in_cells.age_group,
        in_cells.person_key,
        bands.ete_band
),

by_band as (
    select
        cell_yot,
        span,
        quarter,
        period_start,
        period_end,
        is_complete,
        age_group,
        ete_band,
        sum(orders_at_start) as orders_at_start,
        sum(orders_at_end) as orders_at_end,
        count(*) filter (where orders_at_end > 0) as children_at_end,
        sum(sum(orders_at_end)) over (partition by cell_yot, span, quarter, age_group) as orders
    from by_child
    group by cell_yot, span, quarter, period_start, period_end, is_complete, age_group, ete_band
),

final as (
    select
        cell_yot collate "C" as yot,
        span,
        quarter,
        period_start,
        period_end,
        is_complete,
        age_group collate "C" as age_group,
        ete_band,
        orders::integer as orders,
        orders_at_start::integer as orders_at_start,
        orders_at_end::integer as orders_at_end,
        children_at_end::integer as children_at_end,
        round(orders_at_start / orders, 6)::numeric(9, 6) as share_at_start,
        round(orders_at_end / orders, 6)::numeric(9, 6) as share_at_end
    from by_band
)

select * from final
