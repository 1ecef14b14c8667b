-- O2: what stays unpaired under one number: records that are an offence by themselves though a record of another source
-- carries their arrest/summons number. Listed for a look, not excluded.
with numbered_records as (
    select * from {{ affected(ref('int_numbered_records')) }}
),

offence_groups as (
    select * from {{ affected(ref('int_offence_groups')) }}
),

offence_records as (
    select * from {{ affected(ref('int_offence_records')) }}
),

alone as (
    select offence_uid
    from offence_groups
    group by offence_uid
    having count(*) = 1
),

final as (
    select
        offence_records.person_key,
        offence_records.source_system,
        offence_records.source,
        offence_records.record_id,
        numbered_records.asn
    from alone
    inner join offence_groups on alone.offence_uid = offence_groups.offence_uid
    inner join numbered_records on offence_groups.record_key = numbered_records.record_key
    inner join offence_records on offence_groups.record_key = offence_records.record_key
    where exists (
        select
        from numbered_records as others
        where
            numbered_records.person_key = others.person_key
            and numbered_records.asn = others.asn
            and numbered_records.delivery_source <> others.delivery_source
    )
)

select * from final
