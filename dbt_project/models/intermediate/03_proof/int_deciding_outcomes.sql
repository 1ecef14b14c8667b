-- O3 and O4: the outcomes of an offence, by proof source: whether each of them decides the proof, and whether it stands.
-- The police decide once they have a final disposal, standing or not; until then the case record does. Of the police
-- outcomes that are not final only diversion says anything, and decides only where no case record has an outcome. A
-- diversion is no proof: it is kept whoever decides.
with offence_groups as (
    select * from {{ affected(ref('int_offence_groups')) }}
),

outcome_records as (
    select * from {{ affected(ref('int_outcome_records')) }}
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

telling as (
    select
        'cms;pnc' as proof_sources,
        of_offences.*,
        case
            when known_to.has_police_final then of_offences.is_police_final or of_offences.is_police_diversion
            when known_to.has_cms_outcome then of_offences.source_system = 'cms'
            else true
        end as decides
    from of_offences
    inner join known_to on of_offences.offence_uid = known_to.offence_uid
    where of_offences.source_system = 'cms' or is_police_final or is_police_diversion or is_unmapped

    union all

    select
        'pnc' as proof_sources,
        of_offences.*,
        true as decides
    from of_offences
    where source_system = 'pnc' and (is_police_final or is_police_diversion or is_unmapped)
),

weighed as (
    select
        *,
        -- an outcome of tier none (a variation, a revocation) is no outcome of the offence and sets nothing aside, nor
        -- does a police code that nobody knows; a case outcome with an unknown code is what the appeal ended in
        coalesce(tier <> 'none', source_system = 'cms') as is_of_the_offence
    from telling
),

appeals as (
    select
        *,
        bool_or(is_of_the_offence and coalesce(appeal_status, '') not in ('SUCCESSFUL', 'CHANGED'))
            over (partition by proof_sources, offence_uid, source_system) as has_unchanged,
        row_number() over (
            partition by
                proof_sources,
                offence_uid,
                source_system,
                coalesce(is_of_the_offence and appeal_status = 'CHANGED', false)
            order by outcome_date desc, outcome_id desc, source desc
        ) as latest_number
    from weighed
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
        -- R8: an interim result leaves an offence pending
        source_system = 'cms' or is_police_final or is_police_diversion as is_final,
        decides,
        case
            when is_unmapped or tier = 'none' then false
            when appeal_status = 'SUCCESSFUL' then false
            when appeal_status = 'CHANGED' then not has_unchanged and latest_number = 1
            else true
        end as is_standing
    from appeals
)

select * from final
