-- The latest assessment of a person on or before the as-of day: what is thought of the child now.
with assessments as (
    select * from {{ affected(ref('stg_yot__assessment')) }}
),

final as (
    select distinct on (person_key)
        person_key,
        assessment_date,
        likelihood_of_reoffending,
        rosh
    from assessments
    where {{ in_force('assessments') }} and person_key is not null and assessment_date <= {{ as_of() }}
    order by person_key, assessment_date desc, source, assessment_id
)

select * from final
