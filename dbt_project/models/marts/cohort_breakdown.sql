-- One row per definition, cohort, service (and all services), dimension and value that a child has: the cohort's figures
-- by one characteristic at a time. The values of a dimension add up to the cohort.
with members as (
    select * from {{ ref('int_cell_members') }}
),

by_dimension as (
    select
        members.definition,
        members.cohort,
        members.cell_yot,
        members.can_repeat,
        members.person_key,
        members.is_reoffender,
        members.reoffences,
        dimensions.dimension,
        dimensions.value
    from members
    cross join lateral (
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
        ('first_time_entrant', case when members.is_first_time_entrant then 'yes' else 'no' end)
    ) as dimensions (dimension, value)
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
