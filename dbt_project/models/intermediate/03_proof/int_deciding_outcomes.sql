-- O3 and O4: the outcomes that decide an offence, by proof source, and whether each of them stands.
-- The police decide once they have a final disposal, standing or not; until then the case record does. Of the police
-- outcomes that are not final only diversion says anything, and only where no case record has an outcome.
with offence_groups as (
    select * from {{ ref('int_offence_groups') }}
),

outcome_records as (
    select * from {{ ref('int_outcome_records') }}
),

of_offences as (
    select
        offence_groups.offence_uid,
        outcome_records.*,
        outcome_records.source_system = 'pnc' and outcome_records.is_final as is_police_final,
        outcome_records.source_system = 'pnc' and outcome_records.tier = 'diversion' as is_police_diversion
    from outcome_records
    inner join offence_groups on outcome_records.record_key = offence_groups.record_key
),

known_to as (
    select
        offence_uid,
        bool_or(is_police_final) as has_police_final,
        bool_or(source_system = 'cms') as has_cms_outcome
    from of_offences
    group by offence_uid
),

decided_by_both as (
    select
        'cms;pnc' as proof_sources,
        of_offences.*
    from of_offences
    inner join known_to on of_offences.offence_uid = known_to.offence_uid
    where
        case
            when known_to.has_police_final then of_offences.is_police_final or of_offences.is_police_diversion
            when known_to.has_cms_outcome then of_offences.source_system = 'cms'
            else of_offences.is_police_diversion or of_offences.is_unmapped
        end
),

decided_by_police as (
    select
        'pnc' as proof_sources,
        of_offences.*
    from of_offences
    where is_police_final or is_police_diversion or (source_system = 'pnc' and is_unmapped)
),

deciding as (
    select * from decided_by_both
    union all
    select * from decided_by_police
),

appeals as (
    select
        deciding.*,
        -- an outcome of tier none (a variation, a revocation) is no outcome of the offence: it sets nothing aside
        bool_or(
            not is_unmapped and tier <> 'none' and coalesce(appeal_status, '') not in ('SUCCESSFUL', 'CHANGED')
        ) over (partition by proof_sources, offence_uid) as has_unchanged,
        row_number() over (
            partition by proof_sources, offence_uid, coalesce(appeal_status = 'CHANGED' and tier <> 'none', false)
            order by outcome_date desc, source_system desc, source desc, outcome_id desc
        ) as latest_number
    from deciding
),

final as (
    select
        proof_sources collate "C" as proof_sources,
        offence_uid,
        person_key,
        source_system,
        source,
        outcome_id,
        outcome_date,
        outcome,
        tier,
        gravity,
        is_substantive,
        is_unmapped,
        case
            when is_unmapped or tier = 'none' then false
            when appeal_status = 'SUCCESSFUL' then false
            when appeal_status = 'CHANGED' then not has_unchanged and latest_number = 1
            else true
        end as is_standing
    from appeals
)

select * from final
