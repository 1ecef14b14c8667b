with source as (
    select * from {{ source('identity', 'pnc_arrest_summons') }}
),

final as (
    select
        source,
        person_key,
        {{ text_value('asn') }} as asn,
        {{ text_value('process_stage') }} as process_stage,
        process_date::date as process_date,
        {{ text_value('force_code') }} as force_code,
        updated_at::timestamptz as updated_at,
        deleted as is_deleted,
        known_from,
        known_to
    from source
)

select * from final
