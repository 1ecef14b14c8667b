{{ config(materialized='incremental', incremental_strategy='affected_people') }}

with member_offences as (
    select * from {{ affected(ref('int_member_offences')) }}
),

final as (
    select
        definition,
        cohort,
        yot,
        person_key,
        offence_key,
        offence_date,
        proven_date as outcome_date,
        outcome,
        proven_tier as tier,
        offence_group,
        seriousness,
        found_in
    from member_offences
    where class = 'reoffence'
)

select * from final
