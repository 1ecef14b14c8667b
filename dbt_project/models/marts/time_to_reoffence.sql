-- One row per definition, cohort, service (and all services) and band of months (T4): the reoffenders whose first
-- reoffence lies in it, and their share of all reoffenders of the cohort.
{{ config(materialized='incremental', incremental_strategy='changed_cohorts') }}

with members as (
    select * from {{ of_changed_cohorts(ref('int_cell_members')) }} as cell_members
),

bands as (
    select unnest(array['0-3', '3-6', '6-9', '9-12']) as band
),

final as (
    select
        members.definition,
        members.cohort,
        members.cell_yot collate "C" as yot,
        bands.band collate "C" as band,
        (count(*) filter (where members.first_reoffence_band = bands.band))::integer as reoffenders,
        round(
            (count(*) filter (where members.first_reoffence_band = bands.band))::numeric
            / nullif(count(*) filter (where members.is_reoffender), 0),
            6
        )::numeric(9, 6) as share
    from members
    cross join bands
    group by members.definition, members.cohort, members.cell_yot, bands.band
)

select * from final
