-- The days on which an offence's service is asked for (P2): its proof, its diversion, else its first outcome or itself,
-- and each day on which it had a substantive outcome (I2, I5).
with offence_proofs as (
    select * from {{ affected(ref('int_offence_proofs')) }}
),

deciding_outcomes as (
    select * from {{ affected(ref('int_deciding_outcomes')) }}
    where proof_sources = 'cms;pnc' and decides and is_standing and is_substantive
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

    union

    select
        offence_uid,
        person_key,
        outcome_date
    from deciding_outcomes
)

select * from final
