-- O7: every offence record of both feeds in exactly one class per definition and member. A record that is not the one
-- that speaks for its offence is paired_to it; an orphan has no member.
{{ config(materialized='view') }}

with offence_records as (
    select * from {{ ref('int_offence_records') }}
),

records_of_nobody as (
    select * from {{ ref('int_orphan_records') }}
),

offence_groups as (
    select * from {{ ref('int_offence_groups') }}
),

offences as (
    select * from {{ ref('int_offences') }}
),

member_offences as (
    select * from {{ ref('int_member_offences') }}
),

orphans as (
    select
        null::text as definition,
        null::text as cohort,
        null::text as yot,
        null::text as person_key,
        source_system,
        source,
        record_id,
        'orphan' collate "C" as class
    from (
        select
            source_system,
            source,
            record_id
        from offence_records
        where is_orphan
        union all
        select * from records_of_nobody
    ) as records
),

of_members as (
    select
        member_offences.definition,
        member_offences.cohort,
        member_offences.yot,
        member_offences.person_key,
        offence_records.source_system,
        offence_records.source,
        offence_records.record_id,
        case
            when offences.primary_record_key = offence_records.record_key then member_offences.class
            else 'paired_to'
        end collate "C" as class
    from member_offences
    inner join offences on member_offences.offence_uid = offences.offence_uid
    inner join offence_groups on member_offences.offence_uid = offence_groups.offence_uid
    inner join offence_records on offence_groups.record_key = offence_records.record_key
)

select * from orphans
union all
select * from of_members
