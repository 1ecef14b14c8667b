with source as (
    select * from {{ source('identity', 'yot_outcome') }}
),

final as (
    select
        source,
        person_key,
        {{ text_value('outcome_id') }} as outcome_id,
        {{ text_value('offence_id') }} as offence_id,
        {{ text_value('occasion_id') }} as occasion_id,
        hearing_date::date as hearing_date,
        outcome_date::date as outcome_date,
        {{ text_value('legal_outcome') }} as legal_outcome,
        {{ flag_value('main_outcome') }} as is_main_outcome,
        term_days::integer as term_days,
        {{ text_value('appeal_status') }} as appeal_status,
        {{ text_value('residence') }} as residence,
        updated_at::timestamptz as updated_at,
        deleted as is_deleted,
        known_from,
        known_to
    from source
)

select * from final
