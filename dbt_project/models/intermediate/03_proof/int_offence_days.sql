-- The days on which an offence's service is asked for (P2): its proof, its diversion, else its first outcome or itself.
with offence_proofs as (
    select * from {{ affected(ref('int_offence_proofs')) }}
),

final as (
    select
        offence_uid,
        person_key,
        service_day as day
    from offence_proofs

    union

    select
        offence_uid,
        person_key,
        diversion_date
    from offence_proofs
    where diversion_date is not null
)

select * from final
