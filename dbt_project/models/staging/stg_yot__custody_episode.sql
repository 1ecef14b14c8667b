with source as (
    select * from {{ source('identity', 'yot_custody_episode') }}
),

final as (
    select
        source,
        person_key,
        {{ text_value('episode_id') }} as episode_id,
        {{ text_value('occasion_id') }} as occasion_id,
        {{ text_value('offence_id') }} as offence_id,
        {{ text_value('kind') }} as kind,
        {{ text_value('placement_type') }} as placement_type,
        start_date::date as start_date,
        end_date::date as end_date,
        {{ text_value('end_reason') }} as end_reason,
        updated_at::timestamptz as updated_at,
        deleted as is_deleted,
        known_from,
        known_to
    from source
)

select * from final
