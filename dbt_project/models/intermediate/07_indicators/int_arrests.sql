-- Arrests and summonses of a person, each with the extract since which it is known to be of this person, and with what
-- the police have under its number.
with arrest_summonses as (
    select * from {{ affected(ref('stg_pnc__arrest_summons')) }}
    where person_key is not null and not is_deleted and known_from <= {{ known_as_of() }}
),

police_offences as (
    select * from {{ affected(ref('stg_pnc__offence')) }}
),

offence_groups as (
    select * from {{ affected(ref('int_offence_groups')) }}
),

offences as (
    select * from {{ affected(ref('int_offences')) }}
),

known as (
    select
        person_key,
        source,
        asn,
        min(known_from) as known_on
    from arrest_summonses
    group by person_key, source, asn
),

under_number as (
    select
        police_offences.person_key,
        police_offences.source,
        police_offences.asn,
        count(*) as offences,
        max(offences.seriousness) as max_seriousness,
        bool_or(offences.found_in = 'both') as is_in_case_record
    from police_offences
    inner join offence_groups
        on
            police_offences.person_key = offence_groups.person_key
            and 'pnc/' || police_offences.source || '/' || police_offences.asn || '/' || police_offences.offence_seq
            = offence_groups.record_key
    inner join offences
        on
            offence_groups.person_key = offences.person_key
            and offence_groups.offence_uid = offences.offence_uid
    where {{ in_force('police_offences') }}
    group by police_offences.person_key, police_offences.source, police_offences.asn
),

final as (
    select
        arrest_summonses.person_key,
        arrest_summonses.source,
        arrest_summonses.asn,
        arrest_summonses.process_stage,
        arrest_summonses.process_date,
        known.known_on,
        coalesce(under_number.offences, 0)::integer as offences,
        under_number.max_seriousness,
        coalesce(under_number.is_in_case_record, false) as is_in_case_record
    from arrest_summonses
    inner join known
        on
            arrest_summonses.person_key = known.person_key
            and arrest_summonses.source = known.source
            and arrest_summonses.asn = known.asn
    left join under_number
        on
            arrest_summonses.person_key = under_number.person_key
            and arrest_summonses.source = under_number.source
            and arrest_summonses.asn = under_number.asn
    where {{ in_force('arrest_summonses') }} and arrest_summonses.process_date <= {{ as_of() }}
)

select * from final
