-- O2, O3, O6: every offence once, however many records: date, range and code from the police record if there is one,
-- circumstances from the case record, else from the reference list.
with offence_groups as (
    select * from {{ affected(ref('int_offence_groups')) }}
),

offence_records as (
    select * from {{ affected(ref('int_offence_records')) }}
),

offence_codes as (
    select * from {{ source('reference', 'offence_code') }}
    where reference_hash = '{{ var("reference_hash") }}'
),

members as (
    select
        offence_groups.offence_uid,
        offence_records.*
    from offence_groups
    inner join offence_records on offence_groups.record_key = offence_records.record_key
),

police_records as (
    select distinct on (offence_uid) *
    from members
    where source_system = 'pnc'
    order by offence_uid, source, record_id
),

summed_up as (
    select
        offence_uid,
        person_key,
        bool_or(is_charged) as is_charged
    from members
    group by offence_uid, person_key
),

cms_records as (
    select distinct on (offence_uid) *
    from members
    where source_system = 'cms'
    order by offence_uid, source, record_id
),

-- of several case records the first that says something of a circumstance
circumstances as (
    select
        offence_uid,
        (array_agg(seriousness order by source, record_id) filter (where seriousness is not null))[1] as seriousness,
        (array_agg(yjb_category order by source, record_id) filter (where yjb_category is not null))[1] as yjb_category,
        (array_agg(is_knife_related order by source, record_id) filter (where is_knife_related is not null))[1]
            as is_knife_related
    from members
    where source_system = 'cms'
    group by offence_uid
),

combined as (
    select
        summed_up.offence_uid,
        summed_up.person_key,
        summed_up.is_charged,
        coalesce(cms_records.record_key, police_records.record_key) as primary_record_key,
        coalesce(cms_records.source_system, police_records.source_system) as source_system,
        coalesce(cms_records.source, police_records.source) as source,
        coalesce(cms_records.record_id, police_records.record_id) as record_id,
        case
            when police_records.record_key is null then 'cms'
            when cms_records.record_key is null then 'pnc'
            else 'both'
        end collate "C" as found_in,
        coalesce(police_records.start_date, cms_records.start_date) as start_date,
        case when police_records.record_key is null then cms_records.end_date else police_records.end_date end
            as end_date,
        coalesce(police_records.cjs_code, cms_records.cjs_code) as cjs_code,
        circumstances.seriousness,
        circumstances.yjb_category,
        circumstances.is_knife_related
    from summed_up
    left join police_records on summed_up.offence_uid = police_records.offence_uid
    left join cms_records on summed_up.offence_uid = cms_records.offence_uid
    left join circumstances on summed_up.offence_uid = circumstances.offence_uid
),

final as (
    select
        combined.offence_uid,
        combined.person_key,
        combined.primary_record_key,
        combined.source_system,
        combined.source,
        combined.record_id,
        case
            when count(*) over (partition by combined.person_key, combined.record_id) > 1
                then combined.source || '/' || combined.record_id
            else combined.record_id
        end as offence_key,
        combined.found_in,
        combined.start_date,
        combined.end_date,
        combined.is_charged,
        combined.cjs_code,
        offence_codes.cjs_code is null as is_code_unmapped,
        coalesce(offence_codes.is_recordable, false) as is_recordable,
        coalesce(offence_codes.category = 'CB', false) as is_breach,
        coalesce(offence_codes.is_recordable and offence_codes.category is distinct from 'CB', false) as is_in_scope,
        coalesce(offence_codes.offence_group, 'Not known') collate "C" as offence_group,
        coalesce(combined.seriousness, offence_codes.seriousness) as seriousness,
        coalesce(combined.yjb_category, offence_codes.yjb_category) collate "C" as yjb_category,
        coalesce(combined.is_knife_related, false) as is_knife_related
    from combined
    left join offence_codes on combined.cjs_code = offence_codes.cjs_code
)

select * from final
