with source as (
    select * from {{ source('identity', 'yot_care_episode') }}
),

final as (
    select
        source,
        person_key,
        {{ text_value('care_episode_id') }} as care_episode_id,
        {{ text_value('care_status') }} as care_status,
        start_date::date as start_date,
        end_date::date as end_date,
        updated_at::timestamptz as updated_at,
        deleted as is_deleted,
        known_from,
        known_to
    from source
)

select * from final
