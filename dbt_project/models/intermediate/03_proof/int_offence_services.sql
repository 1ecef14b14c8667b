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

home_services as (
    select * from {{ affected(ref('int_home_services')) }}
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
        offence_records.source
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

homes_by_service as (
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

placed as (
    select
        cms_candidates.offence_uid,
        cms_candidates.person_key,
        cms_candidates.day,
        coalesce(residences.holds_the_day, false) as holds_the_day,
        coalesce(residences.residence = 'LOCAL', false) as is_local,
        case when residences.residence = 'OTHER' then services.source else cms_candidates.source end as yot
    from cms_candidates
    left join residences
        on
            cms_candidates.offence_uid = residences.offence_uid
            and cms_candidates.day = residences.day
            and cms_candidates.record_key = residences.record_key
    left join homes_by_service
        on
            cms_candidates.offence_uid = homes_by_service.offence_uid
            and cms_candidates.day = homes_by_service.day
            and cms_candidates.record_key = homes_by_service.record_key
    left join services on homes_by_service.home_yot = services.source
),

chosen as (
    select distinct on (placed.offence_uid, placed.day)
        placed.offence_uid,
        placed.day,
        placed.yot
    from placed
    left join home_services
        on
            placed.person_key = home_services.person_key
            and {{ holds_on('home_services', 'placed.day') }}
    order by
        placed.offence_uid,
        placed.day,
        placed.holds_the_day desc,
        placed.is_local desc,
        placed.yot is null,
        coalesce(placed.yot = home_services.home_yot, false) desc,
        placed.yot
),

final as (
    select
        offence_days.offence_uid,
        offence_days.person_key,
        offence_days.day,
        coalesce(chosen.yot, police_only_services.yot) as yot,
        case
            when chosen.offence_uid is not null and chosen.yot is null then 'out_of_area'
            when chosen.offence_uid is null and police_only_services.yot is null then 'no_service'
        end collate "C" as exclusion
    from offence_days
    left join chosen
        on offence_days.offence_uid = chosen.offence_uid and offence_days.day = chosen.day
    left join police_only_services
        on offence_days.offence_uid = police_only_services.offence_uid and offence_days.day = police_only_services.day
)

select * from final
