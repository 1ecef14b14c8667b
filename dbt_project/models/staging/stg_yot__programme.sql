with source as (
    select * from {{ source('identity', 'yot_programme') }}
),

final as (
    select
        source,
        person_key,
        {{ text_value('programme_id') }} as programme_id,
        {{ text_value('occasion_id') }} as occasion_id,
        {{ text_value('programme_type') }} as programme_type,
        start_date::date as start_date,
        planned_end_date::date as planned_end_date,
        end_date::date as end_date,
        {{ text_value('intervention_level') }} as intervention_level,
        {{ flag_value('iss') }} as is_iss,
        breach_date::date as breach_date,
        {{ text_value('provider') }} as provider,
        updated_at::timestamptz as updated_at,
        deleted as is_deleted,
        known_from,
        known_to
    from source
)

select * from final
