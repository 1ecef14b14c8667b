-- The people whom a police record is linked to on day K.
with nominals as (
    select * from {{ affected(ref('stg_pnc__nominal')) }}
),

final as (
    select distinct person_key
    from nominals
    where {{ in_force('nominals') }} and person_key is not null
)

select * from final
