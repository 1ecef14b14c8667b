-- I1: the first hearing of an offence that a case record names, where the offence has come to court.
with offence_groups as (
    select * from {{ affected(ref('int_offence_groups')) }}
),

offence_records as (
    select * from {{ affected(ref('int_offence_records')) }}
),

cms_offences as (
    select * from {{ affected(ref('stg_yot__offence')) }}
),

final as (
    select
        offence_groups.offence_uid,
        offence_groups.person_key,
        min(cms_offences.first_hearing_date) as first_hearing_date
    from offence_groups
    inner join offence_records
        on
            offence_groups.person_key = offence_records.person_key
            and offence_groups.record_key = offence_records.record_key
            and offence_records.source_system = 'cms'
    inner join cms_offences
        on
            offence_records.source = cms_offences.source
            and offence_records.record_id = cms_offences.offence_id
            and offence_records.person_key = cms_offences.person_key
            and {{ in_force('cms_offences') }}
    where cms_offences.first_hearing_date is not null
    group by offence_groups.offence_uid, offence_groups.person_key
)

select * from final
