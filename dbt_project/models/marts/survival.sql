-- R10: one row per definition, cohort, service (and all services) and day after the index date: closed members still
-- without a reoffence. A follow-up of 365 days has been whole, so that nobody leaves before the last day.
with members as (
    select * from {{ ref('int_cell_members') }}
    where state = 'closed'
),

definitions as (
    select * from {{ ref('int_definitions') }}
),

-- a whole round of leap years
months as (
    select generate_series(date '2024-01-01', date '2027-12-01', interval '1 month') as first_day
),

days as (
    select
        definitions.definition,
        generate_series(
            0, max({{ add_months('months.first_day', 'definitions.follow_up_months') }} - months.first_day::date)
        ) as day
    from definitions
    cross join months
    group by definitions.definition
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

first_reoffences as (
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

followed as (
    select
        cells.definition,
        cells.cohort,
        cells.cell_yot,
        cells.children,
        days.day,
        coalesce(first_reoffences.events, 0) as events,
        cells.children - coalesce(
            sum(first_reoffences.events) over (
                partition by cells.definition, cells.cohort, cells.cell_yot
                order by days.day
            ),
            0
        ) as survivors
    from cells
    inner join days on cells.definition = days.definition
    left join first_reoffences
        on
            cells.definition = first_reoffences.definition
            and cells.cohort = first_reoffences.cohort
            and cells.cell_yot = first_reoffences.cell_yot
            and days.day = first_reoffences.day
),

counts as (
    select distinct
        children,
        survivors
    from followed
),

-- Greenwood's sum where nobody is lost: (1 - S) / (n S)
curve as (
    select
        children,
        survivors,
        survivors / children as survival,
        case
            when survivors between 1 and children - 1
                then
                    {{ z_95() }} * sqrt((children - survivors) / (children * survivors))
                    / -ln(survivors / children)
            else 0
        end as log_log_margin
    from counts
),

final as (
    select
        followed.definition,
        followed.cohort,
        followed.cell_yot collate "C" as yot,
        followed.day,
        (followed.survivors + followed.events)::integer as at_risk,
        followed.events::integer as events,
        round(curve.survival, 12)::numeric(15, 12) as survival,
        round(power(curve.survival, exp(curve.log_log_margin)), 12)::numeric(15, 12) as low,
        round(power(curve.survival, exp(-curve.log_log_margin)), 12)::numeric(15, 12) as high
    from followed
    inner join curve
        on followed.children = curve.children and followed.survivors = curve.survivors
)

select * from final
