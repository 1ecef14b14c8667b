-- Every offence record of a person in either feed that exists at the as-of day (T1). A police record without its
-- summons is kept and flagged as an orphan (O7); those without a person are in int_orphan_records.
with cms_offences as (
    select * from {{ affected(ref('stg_yot__offence')) }}
),

police_offences as (
    select * from {{ affected(ref('stg_pnc__offence')) }}
),

arrest_summonses as (
    select * from {{ ref('stg_pnc__arrest_summons') }}
),

dummy_numbers as (
    select * from {{ source('reference', 'dummy_asn') }}
    where reference_hash = '{{ var("reference_hash") }}'
),

from_cms as (
    select
        'cms' as source_system,
        source,
        offence_id as record_id,
        person_key,
        asn,
        cjs_code,
        offence_date as start_date,
        offence_end_date as end_date,
        charge_date is not null and charge_date <= {{ as_of() }} as is_charged,
        yjb_category,
        seriousness,
        is_knife_related,
        false as is_orphan
    from cms_offences
    where
        {{ in_force('cms_offences') }}
        and person_key is not null
        and offence_date <= {{ as_of() }}
),

from_police as (
    select
        'pnc' as source_system,
        police_offences.source,
        police_offences.asn || '/' || police_offences.offence_seq as record_id,
        police_offences.person_key,
        police_offences.asn_canonical as asn,
        police_offences.cjs_code,
        police_offences.start_date,
        police_offences.end_date,
        coalesce(
            arrest_summonses.process_stage in ('CHARGE', 'SUMMONS')
            and arrest_summonses.process_date <= {{ as_of() }},
            false
        ) as is_charged,
        null::text as yjb_category,
        null::smallint as seriousness,
        null::boolean as is_knife_related,
        arrest_summonses.asn is null as is_orphan
    from police_offences
    left join arrest_summonses
        on
            police_offences.source = arrest_summonses.source
            and police_offences.asn = arrest_summonses.asn
            and {{ in_force('arrest_summonses') }}
    where
        {{ in_force('police_offences') }}
        and police_offences.person_key is not null
        and police_offences.start_date <= {{ as_of() }}
),

unioned as (
    select * from from_cms
    union all
    select * from from_police
),

asn_in_use as (
    select distinct asn from unioned
),

real_numbers as (
    select asn_in_use.asn
    from asn_in_use
    where not exists (select from dummy_numbers where asn_in_use.asn ~ dummy_numbers.pattern)
),

final as (
    select
        unioned.source_system || '/' || unioned.source || '/' || unioned.record_id as record_key,
        unioned.source_system collate "C" as source_system,
        unioned.source,
        unioned.record_id,
        unioned.person_key,
        real_numbers.asn,
        unioned.cjs_code,
        unioned.start_date,
        unioned.end_date,
        unioned.is_charged,
        unioned.yjb_category,
        unioned.seriousness,
        unioned.is_knife_related,
        unioned.is_orphan
    from unioned
    left join real_numbers on unioned.asn = real_numbers.asn
)

select * from final
