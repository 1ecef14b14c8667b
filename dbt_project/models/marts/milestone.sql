-- R6: one row per definition, cohort, service (and all services) and milestone: reoffences committed up to that many
-- months after the index date and proven by now, over the members who have come that far.
{{ config(materialized='incremental', incremental_strategy='changed_cohorts') }}

with members as (
    select * from {{ of_changed_cohorts(ref('int_cell_members')) }} as cell_members
),

reoffences as (
    select * from {{ of_changed_cohorts(ref('reoffence')) }} as of_cohorts
),

definitions as (
    select * from {{ source('reference', 'cohort_definition') }}
    where definitions_hash = '{{ var("definitions_hash") }}'
),

months as (
    select
        definition,
        unnest(milestones)::integer as month
    from definitions
),

counted as (
    select
        members.definition,
        members.cohort,
        members.yot,
        members.person_key,
        months.month,
        members.cell_yot,
        members.can_repeat,
        {{ add_months('members.index_date', 'months.month') }} <= {{ as_of() }} as has_reached,
        count(reoffences.offence_key) as reoffences
    from members
    inner join months on members.definition = months.definition
    left join reoffences
        on
            members.definition = reoffences.definition
            and members.cohort = reoffences.cohort
            and members.yot = reoffences.yot
            and members.person_key = reoffences.person_key
            and reoffences.offence_date <= {{ add_months('members.index_date', 'months.month') }}
    group by
        members.definition,
        members.cohort,
        members.yot,
        members.person_key,
        members.index_date,
        months.month,
        members.cell_yot,
        members.can_repeat
),

reached as (
    select
        *,
        reoffences > 0 as is_reoffender
    from counted
    where has_reached
),

figures as (
    select * from {{ figures_of('reached', ['definition', 'cohort', 'cell_yot', 'month']) }} as summed
),

cells as (
    select
        definition,
        cohort,
        cell_yot,
        month,
        count(*)::integer as children
    from counted
    group by definition, cohort, cell_yot, month
),

final as (
    select
        cells.definition,
        cells.cohort,
        cells.cell_yot collate "C" as yot,
        cells.month,
        cells.children,
        coalesce(figures.children, 0) as children_reached,
        coalesce(figures.reoffenders, 0) as reoffenders,
        coalesce(figures.reoffences, 0) as reoffences,
        figures.binary_rate,
        figures.binary_rate_low as low,
        figures.binary_rate_high as high
    from cells
    left join figures
        on
            cells.definition = figures.definition
            and cells.cohort = figures.cohort
            and cells.cell_yot = figures.cell_yot
            and cells.month = figures.month
)

select * from final
