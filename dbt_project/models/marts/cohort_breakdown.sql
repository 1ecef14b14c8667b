-- One row per definition, cohort, service (and all services), dimension and value that a child has: the cohort's figures
-- by one characteristic at a time. The values of a dimension add up to the cohort.
{{ config(materialized='incremental', incremental_strategy='changed_cohorts') }}

with members as (
    select * from {{ of_changed_cohorts(ref('int_cell_members')) }} as cell_members
),

member_flags as (
    select * from {{ ref('int_member_flags') }}
),

services_that_flag as (
    select source from {{ ref('int_reporting_services') }}
    where table_name = 'child_flag'
),

flags_of_cells as (
    select distinct
        members.definition,
        members.cohort,
        members.cell_yot,
        member_flags.flag
    from members
    inner join member_flags
        on
            members.yot = member_flags.yot
            and members.person_key = member_flags.person_key
            and members.index_date = member_flags.index_date
),

by_dimension as (
    select
        members.definition,
        members.cohort,
        members.cell_yot,
        members.can_repeat,
        members.is_repeated,
        members.person_key,
        members.is_reoffender,
        members.reoffences,
        dimensions.dimension,
        dimensions.value
    from members
    cross join
        lateral (
            values
            (
                'age_band',
                case
                    when members.age_at_index < 10 then 'under 10'
                    when members.age_at_index < 15 then '10-14'
                    when members.age_at_index < 18 then '15-17'
                    else '18 and over'
                end
            ),
            ('sex', members.sex),
            ('ethnicity_group', members.ethnicity_group),
            ('tier', coalesce(members.index_tier, 'Not known')),
            ('offence_group', coalesce(members.index_offence_group, 'Not known')),
            (
                'previous_offences',
                case
                    when members.previous_offences = 0 then '0'
                    when members.previous_offences <= 2 then '1-2'
                    when members.previous_offences <= 6 then '3-6'
                    when members.previous_offences <= 10 then '7-10'
                    else '11 or more'
                end
            ),
            ('first_time_entrant', case when members.is_first_time_entrant then 'yes' else 'no' end),
            ('care_status', members.care_status),
            ('sen_status', members.sen_status),
            ('ete_band', members.ete_band),
            ('team', members.team),
            ('ward_code', members.ward_code),
            ('likelihood_of_reoffending', members.likelihood_of_reoffending),
            ('rosh', members.rosh),
            ('intervention_level', members.intervention_level)
        ) as dimensions (dimension, value)

    union all

    -- a child can have several flags, so that each of them is a dimension of its own
    select
        members.definition,
        members.cohort,
        members.cell_yot,
        members.can_repeat,
        members.is_repeated,
        members.person_key,
        members.is_reoffender,
        members.reoffences,
        'flag:' || flags_of_cells.flag,
        case
            when member_flags.flag is not null then 'yes'
            when services_that_flag.source is not null then 'no'
            else 'Not known'
        end
    from members
    inner join flags_of_cells
        on
            members.definition = flags_of_cells.definition
            and members.cohort = flags_of_cells.cohort
            and members.cell_yot = flags_of_cells.cell_yot
    left join member_flags
        on
            members.yot = member_flags.yot
            and members.person_key = member_flags.person_key
            and members.index_date = member_flags.index_date
            and flags_of_cells.flag = member_flags.flag
    left join services_that_flag on members.yot = services_that_flag.source
),

final as (
    select
        definition,
        cohort,
        cell_yot collate "C" as yot,
        dimension collate "C" as dimension,
        value collate "C" as value,
        children,
        reoffenders,
        reoffences,
        binary_rate,
        binary_rate_low,
        binary_rate_high,
        reoffences_per_reoffender,
        reoffences_per_child
    from {{ figures_of('by_dimension', ['definition', 'cohort', 'cell_yot', 'dimension', 'value']) }} as summed
)

select * from final
