with source as (
    select * from {{ source('identity', 'yot_offence') }}
),

final as (
    select
        source,
        person_key,
        {{ text_value('offence_id') }} as offence_id,
        {{ asn_value('asn') }} as asn,
        offence_date::date as offence_date,
        offence_end_date::date as offence_end_date,
        arrest_date::date as arrest_date,
        charge_date::date as charge_date,
        first_hearing_date::date as first_hearing_date,
        {{ text_value('cjs_code') }} as cjs_code,
        {{ text_value('yjb_category') }} as yjb_category,
        case when seriousness ~ '^[1-8]$' then seriousness::smallint end as seriousness,
        {{ flag_value('knife_related') }} as is_knife_related,
        {{ flag_value('committed_on_bail') }} as is_on_bail,
        updated_at::timestamptz as updated_at,
        deleted as is_deleted,
        known_from,
        known_to
    from source
)

select * from final
