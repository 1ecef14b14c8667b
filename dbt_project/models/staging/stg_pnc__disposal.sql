with source as (
    select * from {{ source('identity', 'pnc_disposal') }}
),

final as (
    select
        source,
        person_key,
        {{ text_value('asn') }} as asn,
        {{ text_value('offence_seq') }} as offence_seq,
        {{ text_value('disposal_seq') }} as disposal_seq,
        {{ text_value('disposal_type') }} as disposal_type,
        disposal_date::date as disposal_date,
        hearing_date::date as hearing_date,
        {{ text_value('appeal_marker') }} as appeal_marker,
        updated_at::timestamptz as updated_at,
        deleted as is_deleted,
        known_from,
        known_to
    from source
)

select * from final
