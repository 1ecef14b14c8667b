with source as (
    select * from {{ source('identity', 'yot_child_flag') }}
),

final as (
    select
        source,
        person_key,
        {{ text_value('flag_id') }} as flag_id,
        {{ text_value('flag') }} as flag,
        start_date::date as start_date,
        end_date::date as end_date,
        updated_at::timestamptz as updated_at,
        deleted as is_deleted,
        known_from,
        known_to
    from source
)

select * from final
