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

-- all of an assessment's factors in one row, so that the assessment is chosen and its factors are found in one join
with_factors as (
    select
        assessments.person_key,
        assessments.source,
        assessments.assessment_id,
        assessments.assessment_date,
        array_agg(factors.factor order by factors.factor) as factors,
        array_agg(factors.is_present order by factors.factor) as are_present
    from assessments
    inner join factors
        on
            assessments.person_key = factors.person_key
            and assessments.source = factors.source
            and assessments.assessment_id = factors.assessment_id
    group by
        assessments.person_key, assessments.source, assessments.assessment_id, assessments.assessment_date
),

assessed as (
    select distinct on (member_days.day_key)
        member_days.day_key,
        member_days.yot,
        member_days.person_key,
        member_days.index_date,
        with_factors.factors,
        with_factors.are_present
    from member_days
    inner join with_factors
        on
            member_days.person_key = with_factors.person_key
            and with_factors.assessment_date <= member_days.index_date + 42
    order by
        member_days.day_key,
        with_factors.assessment_date > member_days.index_date,
        abs(with_factors.assessment_date - member_days.index_date),
        with_factors.source,
        with_factors.assessment_id
),

final as (
    select
        day_key,
        yot,
        person_key,
        index_date,
        unnest(factors) as factor,
        unnest(are_present) as is_present
    from assessed
)

select * from final
