with source as (
    select * from {{ source('identity', 'yot_assessment') }}
),

final as (
    select
        source,
        person_key,
        {{ text_value('assessment_id') }} as assessment_id,
        assessment_date::date as assessment_date,
        {{ text_value('stage') }} as stage,
        {{ text_value('likelihood_of_reoffending') }} as likelihood_of_reoffending,
        {{ text_value('rosh') }} as rosh,
        {{ text_value('safety_wellbeing') }} as safety_wellbeing,
        yogrs::numeric as yogrs,
        updated_at::timestamptz as updated_at,
        deleted as is_deleted,
        known_from,
        known_to
    from source
)

select * from final
