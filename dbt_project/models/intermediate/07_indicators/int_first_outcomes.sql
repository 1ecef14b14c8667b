-- I1: the earliest substantive proof of a person's life, in or out of scope, of both feeds; of several on one day the
-- gravest tier, then the gravest offence. Who is older or lives elsewhere then is no entrant later either.
with proofs as (
    select * from {{ affected(ref('int_offence_proofs')) }}
    where proof_sources = 'cms;pnc' and proof_date is not null
),

offences as (
    select * from {{ affected(ref('int_offences')) }}
),

offence_services as (
    select * from {{ affected(ref('int_offence_services')) }}
),

first_hearings as (
    select * from {{ affected(ref('int_first_hearings')) }}
),

people as (
    select * from {{ affected(source('identity', 'person')) }}
    where
        known_from <= {{ known_as_of() }}
        and (known_to is null or {{ known_as_of() }} < known_to)
),

tiers as (
    select * from {{ source('reference', 'tier') }}
    where reference_hash = '{{ var("reference_hash") }}'
),

earliest as (
    select distinct on (proofs.person_key)
        proofs.person_key,
        proofs.offence_uid,
        proofs.proof_date as outcome_date,
        proofs.proof_tier as tier,
        {{ first_hearing_or('proofs.proof_date', 'first_hearings.first_hearing_date') }} as age_day
    from proofs
    inner join offences on proofs.offence_uid = offences.offence_uid
    left join first_hearings on proofs.offence_uid = first_hearings.offence_uid
    left join tiers on proofs.proof_tier = tiers.tier
    order by
        proofs.person_key,
        proofs.proof_date,
        tiers.gravity desc nulls last,
        offences.seriousness desc nulls last,
        offences.source_system,
        offences.source,
        offences.record_id
),

final as (
    select
        earliest.person_key,
        earliest.offence_uid,
        earliest.outcome_date,
        earliest.tier,
        earliest.age_day,
        {{ age_on('earliest.age_day', 'people.date_of_birth') }} as age,
        offence_services.yot,
        offence_services.yot is not null
        and {{ age_on('earliest.age_day', 'people.date_of_birth') }} between 10 and 17 as is_entrant
    from earliest
    inner join people on earliest.person_key = people.person_key
    left join offence_services
        on
            earliest.offence_uid = offence_services.offence_uid
            and earliest.outcome_date = offence_services.day
            and offence_services.exclusion is null
)

select * from final
