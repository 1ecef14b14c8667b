with source as (
    select * from {{ source('identity', 'pnc_offence') }}
),

final as (
    select
        source,
        person_key,
        {{ text_value('asn') }} as asn,
        {{ asn_value('asn') }} as asn_canonical,
        {{ text_value('offence_seq') }} as offence_seq,
        {{ text_value('cjs_code') }} as cjs_code,
        start_date::date as start_date,
        end_date::date as end_date,
        {{ text_value('date_qualifier') }} as date_qualifier,
        {{ flag_value('committed_on_bail') }} as is_on_bail,
        {{ text_value('verdict') }} as verdict,
        updated_at::timestamptz as updated_at,
        deleted as is_deleted,
        known_from,
        known_to
    from source
)

select * from final
