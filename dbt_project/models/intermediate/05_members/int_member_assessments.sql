-- R9: assessment values from the latest on or before the index date, else the first within 42 days after, with the
-- basis stated; the intervention level of the latest programme that covers the day.
with member_days as (
    select * from {{ affected(ref('int_member_days')) }}
),

all_assessments as (
    select * from {{ affected(ref('stg_yot__assessment')) }}
),

all_programmes as (
    select * from {{ affected(ref('stg_yot__programme')) }}
),

assessments as (
    select * from all_assessments
    where {{ in_force('all_assessments') }} and assessment_date <= {{ as_of() }}
),

programmes as (
    select * from all_programmes
    where {{ in_force('all_programmes') }} and start_date <= {{ as_of() }}
),

assessed as (
    select distinct on (member_days.day_key)
        member_days.day_key,
        assessments.likelihood_of_reoffending,
        assessments.rosh,
        case when assessments.assessment_date <= member_days.index_date then 'at_index' else 'within_42_days' end
            as assessment_basis
    from member_days
    inner join assessments
        on
            member_days.person_key = assessments.person_key
            and assessments.assessment_date <= member_days.index_date + 42
    order by
        member_days.day_key,
        assessments.assessment_date > member_days.index_date,
        abs(assessments.assessment_date - member_days.index_date),
        assessments.source,
        assessments.assessment_id
),

supervised as (
    select distinct on (member_days.day_key)
        member_days.day_key,
        programmes.intervention_level
    from member_days
    inner join programmes
        on
            member_days.person_key = programmes.person_key
            and programmes.intervention_level is not null
            and programmes.start_date <= member_days.index_date
            and (programmes.end_date is null or programmes.end_date >= member_days.index_date)
    order by
        member_days.day_key,
        programmes.start_date desc,
        programmes.source,
        programmes.programme_id
),

final as (
    select
        member_days.day_key,
        member_days.person_key,
        assessed.likelihood_of_reoffending,
        assessed.rosh,
        coalesce(assessed.assessment_basis, 'none') as assessment_basis,
        supervised.intervention_level
    from member_days
    left join assessed
        on member_days.day_key = assessed.day_key
    left join supervised
        on member_days.day_key = supervised.day_key
)

select * from final
