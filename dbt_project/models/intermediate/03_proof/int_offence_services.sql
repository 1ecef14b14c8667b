-- P2 and P3: the service an offence belongs to on a day; or why there is none.
with offence_days as (
    select * from {{ affected(ref('int_offence_days')) }}
),

offence_groups as (
    select * from {{ affected(ref('int_offence_groups')) }}
),

offence_records as (
    select * from {{ affected(ref('int_offence_records')) }}
),

outcome_records as (
    select * from {{ affected(ref('int_outcome_records')) }}
),

child_versions as (
    select * from {{ affected(ref('int_child_versions')) }}
),

police_only_services as (
    select * from {{ affected(ref('int_police_only_services')) }}
),

services as (
    select source from {{ ref('int_reporting_services') }}
    where table_name = 'child'
),

cms_candidates as (
    select
        offence_days.offence_uid,
        offence_days.person_key,
        offence_days.day,
        offence_records.record_key,
        offence_records.source,
        offence_records.record_id
    from offence_days
    inner join offence_groups on offence_days.offence_uid = offence_groups.offence_uid
    inner join offence_records
        on offence_groups.record_key = offence_records.record_key and offence_records.source_system = 'cms'
),

residences as (
    select distinct on (cms_candidates.offence_uid, cms_candidates.day, cms_candidates.record_key)
        cms_candidates.offence_uid,
        cms_candidates.day,
        cms_candidates.record_key,
        outcome_records.residence,
        outcome_records.outcome_date = cms_candidates.day as holds_the_day
    from cms_candidates
    inner join outcome_records on cms_candidates.record_key = outcome_records.record_key
    order by
        cms_candidates.offence_uid,
        cms_candidates.day,
        cms_candidates.record_key,
        outcome_records.outcome_date <> cms_candidates.day,
        coalesce(outcome_records.residence = 'LOCAL', false) desc,
        coalesce(outcome_records.residence = 'OTHER', false) desc
),

home_services as (
    select distinct on (cms_candidates.offence_uid, cms_candidates.day, cms_candidates.record_key)
        cms_candidates.offence_uid,
        cms_candidates.day,
        cms_candidates.record_key,
        child_versions.home_yot
    from cms_candidates
    inner join child_versions
        on
            cms_candidates.person_key = child_versions.person_key
            and cms_candidates.source = child_versions.source
            and {{ in_force_or_first_after('child_versions', 'cms_candidates.day') }}
    order by
        cms_candidates.offence_uid,
        cms_candidates.day,
        cms_candidates.record_key,
        {{ in_force_first('child_versions', 'cms_candidates.day') }},
        child_versions.home_yot
),

chosen as (
    select distinct on (cms_candidates.offence_uid, cms_candidates.day)
        cms_candidates.offence_uid,
        cms_candidates.day,
        cms_candidates.record_key,
        cms_candidates.source,
        residences.residence,
        home_services.home_yot
    from cms_candidates
    left join residences
        on
            cms_candidates.offence_uid = residences.offence_uid
            and cms_candidates.day = residences.day
            and cms_candidates.record_key = residences.record_key
    left join home_services
        on
            cms_candidates.offence_uid = home_services.offence_uid
            and cms_candidates.day = home_services.day
            and cms_candidates.record_key = home_services.record_key
    order by
        cms_candidates.offence_uid,
        cms_candidates.day,
        coalesce(residences.holds_the_day, false) desc,
        coalesce(residences.residence = 'LOCAL', false) desc,
        coalesce(home_services.home_yot = cms_candidates.source, false) desc,
        cms_candidates.source,
        cms_candidates.record_id
),

final as (
    select
        offence_days.offence_uid,
        offence_days.person_key,
        offence_days.day,
        case
            when chosen.residence = 'OTHER' then services.source
            when chosen.record_key is not null then chosen.source
            else police_only_services.yot
        end as yot,
        case
            when chosen.residence = 'OTHER' and services.source is null then 'out_of_area'
            when chosen.record_key is null and police_only_services.yot is null then 'no_service'
        end collate "C" as exclusion
    from offence_days
    left join chosen
        on offence_days.offence_uid = chosen.offence_uid and offence_days.day = chosen.day
    left join services on chosen.home_yot = services.source
    left join police_only_services
        on offence_days.offence_uid = police_only_services.offence_uid and offence_days.day = police_only_services.day
)

select * from final
