-- I2, I5: one row per child of 10 to 17 and day on which it had a substantive outcome; the gravest tier of that day
-- speaks, and its service. What is sentenced again later is another sentence, though the offence is proven once.
with deciding_outcomes as (
    select * from {{ affected(ref('int_deciding_outcomes')) }}
    where proof_sources = 'cms;pnc' and decides and is_standing and is_substantive
),

offences as (
    select * from {{ affected(ref('int_offences')) }}
),

offence_services as (
    select * from {{ affected(ref('int_offence_services')) }}
),

people as (
    select * from {{ affected(source('identity', 'person')) }}
    where
        known_from <= {{ known_as_of() }}
        and (known_to is null or {{ known_as_of() }} < known_to)
),

final as (
    select distinct on (deciding_outcomes.person_key, deciding_outcomes.outcome_date)
        deciding_outcomes.person_key,
        deciding_outcomes.outcome_date,
        deciding_outcomes.tier,
        {{ age_on('deciding_outcomes.outcome_date', 'people.date_of_birth') }} as age,
        offence_services.yot,
        bool_or(offences.is_knife_related) over (
            partition by deciding_outcomes.person_key, deciding_outcomes.outcome_date
        ) as is_knife_related
    from deciding_outcomes
    inner join people on deciding_outcomes.person_key = people.person_key
    inner join offences on deciding_outcomes.offence_uid = offences.offence_uid
    inner join offence_services
        on
            deciding_outcomes.offence_uid = offence_services.offence_uid
            and deciding_outcomes.outcome_date = offence_services.day
            and offence_services.exclusion is null
    where {{ age_on('deciding_outcomes.outcome_date', 'people.date_of_birth') }} between 10 and 17
    order by
        deciding_outcomes.person_key,
        deciding_outcomes.outcome_date,
        deciding_outcomes.gravity desc,
        offence_services.yot
)

select * from final
