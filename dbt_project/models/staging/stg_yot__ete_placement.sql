with source as (
    select * from {{ source('identity', 'yot_ete_placement') }}
),

final as (
    select
        source,
        person_key,
        {{ text_value('ete_id') }} as ete_id,
        {{ text_value('provision_type') }} as provision_type,
        start_date::date as start_date,
        end_date::date as end_date,
        hours_offered::numeric as hours_offered,
        hours_attended::numeric as hours_attended,
        {{ text_value('suitability') }} as suitability,
        updated_at::timestamptz as updated_at,
        deleted as is_deleted,
        known_from,
        known_to
    from source
)

select * from final
