-- What a service knew of a child, and when (P2, R9): versions that were not deleted, as far as day K knows.
with children as (
    select * from {{ ref('stg_yot__child') }}
),

final as (
    select
        source,
        person_key,
        home_yot,
        team,
        ward_code,
        sen_status,
        ethnicity,
        updated_at,
        known_from,
        case when known_to <= {{ known_as_of() }} then known_to end as known_to
    from children
    where
        known_from <= {{ known_as_of() }}
        and not is_deleted
        and person_key is not null
)

select * from final
