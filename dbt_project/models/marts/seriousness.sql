-- R7: one row per definition, cohort, service (and all services) and change: the reoffenders whose gravest reoffence is
-- less serious than the index offence, as serious or more so, and their share of all reoffenders of the cohort.
{{ config(materialized='incremental', incremental_strategy='changed_cohorts') }}

with members as (
    select * from {{ of_changed_cohorts(ref('int_cell_members')) }} as cell_members
),

changes as (
    select unnest(array['less', 'same', 'more', 'unknown']) as change
),

compared as (
    select
        definition,
        cohort,
        cell_yot,
        is_reoffender,
        case
            when not is_reoffender then null
            when seriousness_change < 0 then 'less'
            when seriousness_change = 0 then 'same'
            when seriousness_change > 0 then 'more'
            else 'unknown'
        end as change
    from members
),

final as (
    select
        compared.definition,
        compared.cohort,
        compared.cell_yot collate "C" as yot,
        changes.change collate "C" as change,
        (count(*) filter (where compared.change = changes.change))::integer as reoffenders,
        round(
            (count(*) filter (where compared.change = changes.change))::numeric
            / nullif(count(*) filter (where compared.is_reoffender), 0),
            6
        )::numeric(9, 6) as share
    from compared
    cross join changes
    group by compared.definition, compared.cohort, compared.cell_yot, changes.change
)

select * from final
