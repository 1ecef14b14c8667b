-- R9: the factors of the latest assessment on or before the index date that names any, else of the first within 42 days
-- after it; whether a factor is present, or is said not to be.
with member_days as (
    select * from {{ affected(ref('int_member_days')) }}
),

all_assessments as (
    select * from {{ affected(ref('stg_yot__assessment')) }}
),

all_factors as (
    select * from {{ affected(ref('stg_yot__assessment_factor')) }}
),

assessments as (
    select * from all_assessments
    where {{ in_force('all_assessments') }} and assessment_date <= {{ as_of() }}
),

factors as (
    select * from all_factors
    where {{ in_force('all_factors') }}
),

assessed as (
    select distinct on (member_days.day_key)
        member_days.day_key,
        member_days.yot,
        member_days.person_key,
        member_days.index_date,
        assessments.source,
        assessments.assessment_id
    from member_days
    inner join assessments
        on
            member_days.person_key = assessments.person_key
            and assessments.assessment_date <= member_days.index_date + 42
    where (assessments.person_key, assessments.source, assessments.assessment_id) in (
        select
            factors.person_key,
            factors.source,
            factors.assessment_id
        from factors
    )
    order by
        member_days.day_key,
        assessments.assessment_date > member_days.index_date,
        abs(assessments.assessment_date - member_days.index_date),
        assessments.source,
        assessments.assessment_id
),

final as (
    select
        assessed.day_key,
        assessed.yot,
        assessed.person_key,
        assessed.index_date,
        factors.factor,
        factors.is_present
    from assessed
    inner join factors
        on
            assessed.person_key = factors.person_key
            and assessed.source = factors.source
            and assessed.assessment_id = factors.assessment_id
)

select * from final
