-- O7: offence records whose child or nominal is not there, so that they belong to nobody.
{{ config(materialized='view') }}

with cms_offences as (
    select * from {{ ref('stg_yot__offence') }}
),

police_offences as (
    select * from {{ ref('stg_pnc__offence') }}
),

final as (
    select
        'cms' collate "C" as source_system,
        source,
        offence_id as record_id
    from cms_offences
    where
        {{ in_force('cms_offences') }}
        and person_key is null
        and offence_date <= {{ as_of() }}

    union all

    select
        'pnc',
        source,
        asn || '/' || offence_seq
    from police_offences
    where
        {{ in_force('police_offences') }}
        and person_key is null
        and start_date <= {{ as_of() }}
)

select * from final
