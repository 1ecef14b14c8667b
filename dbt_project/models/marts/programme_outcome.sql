-- R4: one row per definition, cohort, service (and all services), programme type and provider: the members whose first
-- such programme began in their follow-up, and how many of them reoffended after that.
{{ config(materialized='incremental', incremental_strategy='changed_cohorts') }}

with members as (
    select * from {{ of_changed_cohorts(ref('int_cell_members')) }} as cell_members
),

programmes as (
    select * from {{ ref('int_member_programmes') }}
    where first_start_date <= {{ as_of() }}
),

begun as (
    select
        members.definition,
        members.cohort,
        members.cell_yot,
        members.can_repeat,
        members.is_repeated,
        members.person_key,
        members.is_reoffender,
        members.reoffences,
        programmes.programme_type,
        programmes.provider,
        coalesce(members.first_reoffence_date < programmes.first_start_date, false) as has_reoffended_before
    from members
    inner join programmes
        on
            members.definition || '/' || members.cohort || '/' || members.yot || '/' || members.person_key
            = programmes.member_key
),

begun_without as (
    select * from begun
    where not has_reoffended_before
),

figures as (
    select *
    from
        {{ figures_of('begun_without', ['definition', 'cohort', 'cell_yot', 'programme_type', 'provider']) }} as summed
),

cells as (
    select
        definition,
        cohort,
        cell_yot,
        programme_type,
        provider,
        (count(*) filter (where has_reoffended_before))::integer as began_after_reoffence
    from begun
    group by definition, cohort, cell_yot, programme_type, provider
),

final as (
    select
        cells.definition,
        cells.cohort,
        cells.cell_yot collate "C" as yot,
        cells.programme_type collate "C" as programme_type,
        cells.provider collate "C" as provider,
        coalesce(figures.children, 0) as children,
        cells.began_after_reoffence,
        coalesce(figures.reoffenders, 0) as reoffenders,
        coalesce(figures.reoffences, 0) as reoffences,
        figures.binary_rate,
        figures.binary_rate_low,
        figures.binary_rate_high,
        'Not a trial: children were not assigned to programmes by chance, so a rate does not show what a programme does.'
        collate "C" as caution
    from cells
    left join figures
        on
            cells.definition = figures.definition
            and cells.cohort = figures.cohort
            and cells.cell_yot = figures.cell_yot
            and cells.programme_type = figures.programme_type
            and cells.provider = figures.provider
)

select * from final
