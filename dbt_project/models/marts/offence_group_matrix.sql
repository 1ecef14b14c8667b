-- R7: one row per definition, cohort, service (and all services), offence group of the index offence and offence group
-- of the gravest reoffence that occur together: the reoffenders with that pair.
{{ config(materialized='incremental', incremental_strategy='changed_cohorts') }}

with members as (
    select * from {{ of_changed_cohorts(ref('int_cell_members')) }} as cell_members
    where is_reoffender
),

reoffences as (
    select * from {{ of_changed_cohorts(ref('reoffence')) }} as of_cohorts
),

gravest as (
    select distinct on (definition, cohort, yot, person_key)
        definition,
        cohort,
        yot,
        person_key,
        offence_group
    from reoffences
    order by
        definition,
        cohort,
        yot,
        person_key,
        seriousness desc nulls last,
        offence_date,
        offence_key collate "C"
),

pairs as (
    select
        members.definition,
        members.cohort,
        members.cell_yot,
        coalesce(members.index_offence_group, 'Not known') as index_offence_group,
        gravest.offence_group as reoffence_group,
        count(*) as reoffenders
    from members
    inner join gravest
        on
            members.definition = gravest.definition
            and members.cohort = gravest.cohort
            and members.yot = gravest.yot
            and members.person_key = gravest.person_key
    group by
        members.definition,
        members.cohort,
        members.cell_yot,
        coalesce(members.index_offence_group, 'Not known'),
        gravest.offence_group
),

final as (
    select
        definition,
        cohort,
        cell_yot collate "C" as yot,
        index_offence_group collate "C" as index_offence_group,
        reoffence_group collate "C" as reoffence_group,
        reoffenders::integer as reoffenders,
        round(
            reoffenders / sum(reoffenders) over (partition by definition, cohort, cell_yot, index_offence_group), 6
        )::numeric(9, 6) as share
    from pairs
)

select * from final
