with source as (
    select * from {{ source('identity', 'yot_assessment_factor') }}
),

final as (
    select
        source,
        person_key,
        {{ text_value('assessment_id') }} as assessment_id,
        {{ text_value('factor') }} as factor,
        {{ flag_value('present') }} as is_present,
        updated_at::timestamptz as updated_at,
        deleted as is_deleted,
        known_from,
        known_to
    from source
)

select * from final
