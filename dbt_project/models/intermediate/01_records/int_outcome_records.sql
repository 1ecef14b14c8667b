-- Every outcome of an existing offence that is dated on or before the as-of day (T1), with its tier.
with offence_records as (
    select * from {{ affected(ref('int_offence_records')) }}
),

police_offences as (
    select * from {{ affected(ref('stg_pnc__offence')) }}
),

-- an outcome goes with its offence, whoever it names itself
cms_outcomes as (
    select * from {{ ref('stg_yot__outcome') }}
    where (source, offence_id) in (
        select
            source,
            record_id
        from offence_records
        where source_system = 'cms'
    )
),

disposals as (
    select * from {{ ref('stg_pnc__disposal') }}
    where (source, asn) in (
        select
            source,
            asn
        from police_offences
    )
),

legal_outcomes as (
    select * from {{ source('reference', 'legal_outcome') }}
    where reference_hash = '{{ var("reference_hash") }}'
),

result_codes as (
    select * from {{ source('reference', 'result_code') }}
    where reference_hash = '{{ var("reference_hash") }}'
),

tiers as (
    select * from {{ source('reference', 'tier') }}
    where reference_hash = '{{ var("reference_hash") }}'
),

from_cms as (
    select
        'cms' as source_system,
        cms_outcomes.source,
        cms_outcomes.outcome_id,
        cms_outcomes.offence_id as record_id,
        cms_outcomes.outcome_date,
        cms_outcomes.legal_outcome as outcome,
        legal_outcomes.tier,
        true as is_final,
        legal_outcomes.tier is null as is_unmapped,
        cms_outcomes.appeal_status,
        cms_outcomes.occasion_id,
        cms_outcomes.residence
    from cms_outcomes
    left join legal_outcomes on cms_outcomes.legal_outcome = legal_outcomes.legal_outcome
    where
        {{ in_force('cms_outcomes') }}
        and cms_outcomes.outcome_date <= {{ as_of() }}
),

from_police as (
    select
        'pnc' as source_system,
        disposals.source,
        disposals.asn || '/' || disposals.offence_seq || '/' || disposals.disposal_seq as outcome_id,
        disposals.asn || '/' || disposals.offence_seq as record_id,
        disposals.disposal_date as outcome_date,
        coalesce(result_codes.legal_outcome, disposals.disposal_type) as outcome,
        result_codes.tier,
        coalesce(result_codes.is_final, false) as is_final,
        result_codes.tier is null as is_unmapped,
        disposals.appeal_marker as appeal_status,
        null::text as occasion_id,
        null::text as residence
    from disposals
    left join result_codes on disposals.disposal_type = result_codes.result_code
    where
        {{ in_force('disposals') }}
        and disposals.disposal_date <= {{ as_of() }}
),

unioned as (
    select * from from_cms
    union all
    select * from from_police
),

final as (
    select
        offence_records.record_key,
        offence_records.person_key,
        unioned.source_system collate "C" as source_system,
        unioned.source,
        unioned.outcome_id,
        unioned.outcome_date,
        unioned.outcome collate "C" as outcome,
        unioned.tier collate "C" as tier,
        tiers.gravity,
        coalesce(tiers.is_substantive, false) as is_substantive,
        unioned.is_final,
        unioned.is_unmapped,
        unioned.appeal_status,
        unioned.occasion_id,
        unioned.residence
    from unioned
    inner join offence_records
        on
            unioned.source_system = offence_records.source_system
            and unioned.source = offence_records.source
            and unioned.record_id = offence_records.record_id
            and not offence_records.is_orphan
    left join tiers on unioned.tier = tiers.tier
)

select * from final
