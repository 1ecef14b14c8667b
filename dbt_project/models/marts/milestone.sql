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
        reoffences.definition,
        reoffences.cohort,
        reoffences.yot,
        reoffences.person_key,
        months.month,
        count(*) as reoffences
    from reoffences
    inner join members
        on
            reoffences.definition = members.definition
            and reoffences.cohort = members.cohort
            -- each member once: in the cell of its own service
            and reoffences.yot = members.cell_yot
            and reoffences.person_key = members.person_key
    inner join months
        on
            reoffences.definition = months.definition
            and reoffences.offence_date <= {{ add_months('members.index_date', 'months.month') }}
    group by reoffences.definition, reoffences.cohort, reoffences.yot, reoffences.person_key, months.month
),

reached as (
    select
        members.definition,
        members.cohort,
        members.cell_yot,
        months.month,
        members.person_key,
        members.can_repeat,
        members.is_repeated,
        counted.reoffences is not null as is_reoffender,
        coalesce(counted.reoffences, 0) as reoffences
    from members
    inner join months
        on
            members.definition = months.definition
            and {{ add_months('members.index_date', 'months.month') }} <= {{ as_of() }}
    left join counted
        on
            members.definition = counted.definition
            and members.cohort = counted.cohort
            and members.yot = counted.yot
            and members.person_key = counted.person_key
            and months.month = counted.month
),

figures as (
    select * from {{ figures_of('reached', ['definition', 'cohort', 'cell_yot', 'month']) }} as summed
),

cells as (
    select
        members.definition,
        members.cohort,
        members.cell_yot,
        months.month,
        count(*)::integer as children
    from members
    inner join months on members.definition = months.definition
    group by members.definition, members.cohort, members.cell_yot, months.month
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
