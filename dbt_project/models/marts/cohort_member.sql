{{ config(materialized='incremental', incremental_strategy='affected_people') }}

with members as (
    select * from {{ affected(ref('int_members')) }}
),

member_counts as (
    select * from {{ affected(ref('int_member_counts')) }}
),

records as (
    select * from {{ affected(ref('int_member_records')) }}
),

care as (
    select * from {{ affected(ref('int_member_care')) }}
),

ete as (
    select * from {{ affected(ref('int_member_ete')) }}
),

assessments as (
    select * from {{ affected(ref('int_member_assessments')) }}
),

people_the_police_know as (
    select * from {{ affected(ref('int_people_with_police_record')) }}
),

final as (
    select
        members.definition,
        members.cohort,
        members.cohort_start,
        members.cohort_end,
        members.yot,
        members.person_key,
        members.index_date,
        members.index_outcome,
        members.index_tier,
        members.index_offence_group,
        members.index_seriousness,
        members.age_at_index,
        members.sex,
        coalesce(records.ethnicity_group, 'Not known') as ethnicity_group,
        care.care_status,
        coalesce(records.sen_status, 'Not known') as sen_status,
        coalesce(records.team, 'Not known') as team,
        coalesce(records.ward_code, 'Not known') as ward_code,
        ete.ete_band,
        coalesce(assessments.likelihood_of_reoffending, 'Not known') as likelihood_of_reoffending,
        coalesce(assessments.rosh, 'Not known') as rosh,
        coalesce(assessments.intervention_level, 'Not known') as intervention_level,
        member_counts.previous_offences,
        member_counts.is_first_time_entrant,
        members.follow_up_end,
        members.proof_end,
        members.state,
        member_counts.reoffences > 0 as is_reoffender,
        member_counts.reoffences,
        member_counts.reoffence_occasions,
        member_counts.first_reoffence_date,
        member_counts.first_reoffence_date - members.index_date as days_to_first_reoffence,
        {{ reoffence_band('member_counts.first_reoffence_date', 'members.index_date') }} as first_reoffence_band,
        member_counts.max_reoffence_seriousness,
        (member_counts.max_reoffence_seriousness - members.index_seriousness)::smallint as seriousness_change,
        member_counts.pending_offences,
        people_the_police_know.person_key is not null as has_police_match
    from members
    inner join member_counts
        on members.member_key = member_counts.member_key
    left join records
        on members.day_key = records.day_key
    inner join care
        on members.day_key = care.day_key
    inner join ete
        on members.day_key = ete.day_key
    inner join assessments
        on members.day_key = assessments.day_key
    left join people_the_police_know on members.person_key = people_the_police_know.person_key
)

select * from final
