-- E1: an offence proven, on the day of its proof; where diversion is an entry tier also its earliest standing diversion,
-- unless it was proven on or before that day. Every event is kept; an excluded one has its reason.
with definitions as (
    select * from {{ ref('int_definitions') }}
    where entry in ('outcome', 'outcome_or_release')
),

offences as (
    select * from {{ affected(ref('int_offences')) }}
),

offence_proofs as (
    select * from {{ affected(ref('int_offence_proofs')) }}
),

offence_services as (
    select * from {{ affected(ref('int_offence_services')) }}
),

tiers as (
    select * from {{ source('reference', 'tier') }}
    where reference_hash = '{{ var("reference_hash") }}'
),

proofs as (
    select
        definitions.definition,
        offence_proofs.offence_uid,
        offence_proofs.proof_date as entry_date,
        offence_proofs.proof_tier as tier,
        offence_proofs.proof_outcome as outcome
    from definitions
    inner join offence_proofs on definitions.proof_sources = offence_proofs.proof_sources
    where offence_proofs.proof_date is not null
),

diversions as (
    select
        definitions.definition,
        offence_proofs.offence_uid,
        offence_proofs.diversion_date as entry_date,
        'diversion' as tier,
        offence_proofs.diversion_outcome as outcome
    from definitions
    inner join offence_proofs on definitions.proof_sources = offence_proofs.proof_sources
    where
        'diversion' = any(definitions.entry_tiers)
        and offence_proofs.diversion_date is not null
        and (offence_proofs.proof_date is null or offence_proofs.proof_date > offence_proofs.diversion_date)
),

events as (
    select * from proofs
    union all
    select * from diversions
),

with_offences as (
    select
        events.definition,
        offences.person_key,
        offence_services.yot,
        events.entry_date,
        'outcome' as entry_kind,
        events.offence_uid,
        events.outcome,
        events.tier collate "C" as tier,
        tiers.gravity,
        offences.offence_group,
        offences.seriousness,
        offences.source_system,
        offences.source,
        offences.record_id,
        bool_or({{ meets_entry_filter('definitions.entry_filter', 'offences') }}) over (
            partition by events.definition, offences.person_key, events.entry_date
        ) as is_filter_met,
        case
            when offences.is_code_unmapped then 'unmapped'
            when events.tier = 'custody' then 'custodial_sentence'
            when events.tier <> all(definitions.entry_tiers) then 'not_an_entry_tier'
            when offences.is_breach then 'breach'
            when not offences.is_in_scope then 'non_recordable'
            else offence_services.exclusion
        end collate "C" as exclusion
    from events
    inner join definitions on events.definition = definitions.definition
    inner join offences on events.offence_uid = offences.offence_uid
    inner join offence_services
        on events.offence_uid = offence_services.offence_uid and events.entry_date = offence_services.day
    inner join tiers on events.tier = tiers.tier
),

final as (
    select
        definition,
        person_key,
        yot,
        entry_date,
        entry_kind collate "C" as entry_kind,
        offence_uid as entry_uid,
        offence_uid,
        outcome,
        tier,
        gravity,
        offence_group,
        seriousness,
        source_system,
        source,
        record_id,
        coalesce(exclusion, case when not is_filter_met then 'filter' end) collate "C" as exclusion
    from with_offences
)

select * from final
