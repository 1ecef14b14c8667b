with source as (
    select * from {{ source('identity', 'yot_child') }}
),

final as (
    select
        source,
        person_key,
        child_record,
        {{ text_value('ethnicity') }} as ethnicity,
        {{ text_value('ward_code') }} as ward_code,
        {{ text_value('home_yot') }} as home_yot,
        {{ text_value('team') }} as team,
        {{ text_value('sen_status') }} as sen_status,
        updated_at::timestamptz as updated_at,
        deleted as is_deleted,
        known_from,
        known_to,
        version_from
    from source
)

select * from final
