-- O6, O7, R1: every offence of a member in exactly one class, the first that holds. A definition that takes proof from
-- the police alone still knows what the case record says: proven there only is not_proven_in_time, or index, previous or
-- pseudo by its dates; and it is not pending.
with members as (
    select * from {{ affected(ref('int_members')) }}
),

definitions as (
    select * from {{ ref('int_definitions') }}
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

release_offences as (
    select * from {{ affected(ref('int_release_offences')) }}
),

tiers as (
    select * from {{ source('reference', 'tier') }}
    where reference_hash = '{{ var("reference_hash") }}'
),

known_to_both as (
    select * from offence_proofs
    where proof_sources = 'cms;pnc'
),

-- R1: where diversion is a proof tier, the earliest standing outcome of either kind proves.
proven as (
    select
        definitions.definition,
        definitions.proof_tiers,
        offence_proofs.*,
        case
            when
                'diversion' = any(definitions.proof_tiers)
                and (
                    offence_proofs.proof_date is null
                    or offence_proofs.diversion_date < offence_proofs.proof_date
                )
                then offence_proofs.diversion_date
            else offence_proofs.proof_date
        end as proven_date,
        case
            when
                'diversion' = any(definitions.proof_tiers)
                and offence_proofs.diversion_date is not null
                and (
                    offence_proofs.proof_date is null
                    or offence_proofs.diversion_date < offence_proofs.proof_date
                )
                then 'diversion'
            else offence_proofs.proof_tier
        end as proven_tier
    from definitions
    inner join offence_proofs on definitions.proof_sources = offence_proofs.proof_sources
),

known as (
    select
        proven.*,
        coalesce(proven.proven_date, known_to_both.proof_date) as known_date,
        known_to_both.is_outcome_unmapped as is_unmapped,
        known_to_both.has_set_aside as is_set_aside,
        known_to_both.has_non_conviction as is_non_conviction,
        known_to_both.has_no_action as is_no_action,
        known_to_both.has_diversion as is_diversion,
        known_to_both.has_final_result as is_decided,
        coalesce(proven.proven_date, known_to_both.service_day) as known_service_day
    from proven
    inner join known_to_both on proven.offence_uid = known_to_both.offence_uid
),

of_members as (
    select
        members.member_key,
        members.definition,
        members.cohort,
        members.yot,
        members.person_key,
        members.index_date,
        members.entry_kind,
        members.follow_up_end,
        members.proof_end,
        offences.offence_uid,
        offences.offence_key,
        offences.found_in,
        offences.start_date,
        coalesce(offences.end_date > members.index_date and offences.start_date <= members.index_date, false)
            as is_straddling,
        offences.is_charged,
        offences.is_code_unmapped,
        offences.is_breach,
        offences.is_in_scope,
        offences.offence_group,
        offences.seriousness,
        known.proven_date,
        known.known_date,
        known.proven_tier collate "C" as proven_tier,
        case when known.proven_tier = 'diversion' then known.diversion_outcome else known.proof_outcome end as outcome,
        coalesce(known.proven_tier = any(known.proof_tiers), false) as is_proof_tier,
        known.is_unmapped,
        known.is_set_aside,
        known.is_non_conviction,
        known.is_no_action,
        known.is_diversion,
        known.is_decided,
        coalesce(offence_services.exclusion = 'out_of_area', false) as is_out_of_area,
        case members.entry_kind
            when 'outcome' then coalesce(known.known_date = members.index_date, false)
            when 'release'
                then release_offences.offence_uid is not null or coalesce(known.known_date = members.index_date, false)
            else false
        end as is_of_index_occasion
    from members
    inner join offences on members.person_key = offences.person_key
    inner join known
        on members.definition = known.definition and offences.offence_uid = known.offence_uid
    left join offence_services
        on
            known.offence_uid = offence_services.offence_uid
            and known.known_service_day = offence_services.day
    left join release_offences
        on
            members.entry_kind = 'release'
            and members.entry_uid = release_offences.release_uid
            and offences.offence_uid = release_offences.offence_uid
),

classed as (
    select
        *,
        case
            when is_code_unmapped or (known_date is null and is_unmapped) then 'unmapped'
            when is_out_of_area then 'out_of_area'
            when known_date is null and is_set_aside then 'quashed'
            when known_date is null and is_non_conviction then 'non_conviction'
            when known_date is null and is_no_action then 'no_action'
            when known_date is null and is_diversion then 'diversion'
            when known_date is null then 'pending'
            when is_breach then 'breach'
            when not is_in_scope then 'non_recordable'
            when is_of_index_occasion then 'index'
            when known_date < index_date then 'previous'
            when known_date > index_date and start_date <= index_date then 'pseudo'
            when start_date <= index_date or start_date > follow_up_end then 'out_of_window'
            when proven_date is null or proven_date > proof_end or not is_proof_tier then 'not_proven_in_time'
            else 'reoffence'
        end collate "C" as class
    from of_members
),

final as (
    select
        classed.member_key,
        classed.definition,
        classed.cohort,
        classed.yot,
        classed.person_key,
        classed.offence_uid,
        classed.offence_key,
        classed.class,
        classed.found_in,
        classed.start_date as offence_date,
        classed.is_straddling,
        classed.proven_date,
        classed.outcome,
        classed.proven_tier,
        tiers.gravity,
        classed.offence_group,
        classed.seriousness,
        classed.class = 'pending'
        and not classed.is_decided
        and classed.is_in_scope
        and classed.is_charged
        and classed.start_date > classed.index_date
        and classed.start_date <= classed.follow_up_end as is_pending_in_window
    from classed
    left join tiers on classed.proven_tier = tiers.tier
)

select * from final
