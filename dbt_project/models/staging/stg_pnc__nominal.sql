with source as (
    select * from {{ source('identity', 'pnc_nominal') }}
),

final as (
    select
        source,
        person_key,
        updated_at::timestamptz as updated_at,
        deleted as is_deleted,
        known_from,
        known_to
    from source
)

select * from final
