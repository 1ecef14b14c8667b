-- E1 and E2: a release from a custodial sentence, on its day, with the gravest of its offences that are in scope.
with definitions as (
    select * from {{ ref('int_definitions') }}
    where entry in ('release', 'outcome_or_release')
),

releases as (
    select * from {{ affected(ref('int_releases')) }}
),

release_offences as (
    select * from {{ affected(ref('int_release_offences')) }}
),

offences as (
    select * from {{ affected(ref('int_offences')) }}
),

tiers as (
    select * from {{ source('reference', 'tier') }}
    where reference_hash = '{{ var("reference_hash") }}' and tier = 'custody'
),

linked as (
    select
        definitions.definition,
        releases.release_uid,
        releases.person_key,
        releases.yot,
        releases.release_date,
        definitions.entry_filter,
        release_offences.offence_uid,
        release_offences.outcome,
        release_offences.gravity as outcome_gravity,
        offences.offence_group,
        offences.seriousness,
        offences.source_system,
        offences.source,
        offences.record_id,
        coalesce(offences.is_in_scope, false) as is_in_scope,
        {{ meets_entry_filter('definitions.entry_filter', 'offences') }} as is_filter_met
    from definitions
    cross join releases
    left join release_offences on releases.release_uid = release_offences.release_uid
    left join offences on release_offences.offence_uid = offences.offence_uid
),

summed_up as (
    select
        definition,
        release_uid,
        count(offence_uid) as offences,
        bool_or(is_in_scope) as is_in_scope,
        bool_or(coalesce(is_filter_met, false)) as is_filter_met
    from linked
    group by definition, release_uid
),

gravest as (
    select distinct on (definition, release_uid) *
    from linked
    order by
        definition,
        release_uid,
        is_in_scope desc,
        outcome_gravity desc nulls last,
        seriousness desc nulls last,
        source_system,
        source,
        record_id
),

final as (
    select
        gravest.definition,
        gravest.person_key,
        gravest.yot,
        gravest.release_date as entry_date,
        'release' collate "C" as entry_kind,
        gravest.release_uid as entry_uid,
        gravest.offence_uid,
        gravest.outcome,
        tiers.tier collate "C" as tier,
        tiers.gravity,
        gravest.offence_group,
        gravest.seriousness,
        gravest.source_system,
        gravest.source,
        gravest.record_id,
        case
            when summed_up.offences = 0 and gravest.entry_filter <> 'none' then 'release_unlinked'
            when summed_up.offences > 0 and not summed_up.is_in_scope then 'no_offence_in_scope'
            when summed_up.offences > 0 and not summed_up.is_filter_met then 'filter'
        end collate "C" as exclusion
    from gravest
    inner join summed_up
        on gravest.definition = summed_up.definition and gravest.release_uid = summed_up.release_uid
    cross join tiers
)

select * from final
