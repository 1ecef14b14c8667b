-- E3: proven offences of serious violence (robbery, drugs or violence against the person, seriousness 5 to 8) of
-- children of 10 to 17 at the first hearing, else the outcome (I1); each offence once, on the day of its proof.
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

with_age as (
    select
        proofs.offence_uid,
        proofs.person_key,
        offence_services.yot,
        proofs.proof_date,
        proofs.proof_tier as tier,
        offences.yjb_category,
        offences.seriousness,
        people.sex,
        {{ age_on(
            first_hearing_or('proofs.proof_date', 'first_hearings.first_hearing_date'),
            'people.date_of_birth'
        ) }} as age
    from proofs
    inner join offences
        on
            proofs.offence_uid = offences.offence_uid
            and {{ meets_entry_filter("'serious_violence'", 'offences') }}
    inner join offence_services
        on
            proofs.offence_uid = offence_services.offence_uid
            and proofs.proof_date = offence_services.day
            and offence_services.exclusion is null
    inner join people on proofs.person_key = people.person_key
    left join first_hearings on proofs.offence_uid = first_hearings.offence_uid
),

final as (
    select
        *,
        yot || '/' || person_key || '/' || proof_date as day_key
    from with_age
    where age between 10 and 17
)

select * from final
