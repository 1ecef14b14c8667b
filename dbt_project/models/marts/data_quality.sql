-- One row per service, and one for all: how many of its children and offences the police feed has too. A child whom the
-- police do not know cannot be seen to reoffend elsewhere or after the 18th birthday; one who was proven to have offended
-- should be known.
with children as (
    select * from {{ ref('stg_yot__child') }}
),

people_the_police_know as (
    select * from {{ ref('int_people_with_police_record') }}
),

outcome_records as (
    select * from {{ ref('int_outcome_records') }}
),

offence_records as (
    select * from {{ ref('int_offence_records') }}
),

offence_groups as (
    select * from {{ ref('int_offence_groups') }}
),

children_of_services as (
    select distinct
        source,
        person_key
    from children
    where {{ in_force('children') }} and person_key is not null
),

proven as (
    select distinct
        source,
        person_key
    from outcome_records
    where source_system = 'cms' and is_substantive
),

by_child as (
    select
        children_of_services.source as yot,
        count(*) as children,
        count(people_the_police_know.person_key) as children_with_police_match,
        count(proven.person_key) as children_proven,
        count(proven.person_key)
        filter (where people_the_police_know.person_key is not null) as children_proven_with_police_match
    from children_of_services
    left join people_the_police_know on children_of_services.person_key = people_the_police_know.person_key
    left join proven
        on
            children_of_services.source = proven.source
            and children_of_services.person_key = proven.person_key
    group by children_of_services.source
),

-- an offence that a service has twice is one
offences as (
    select distinct
        offence_records.source,
        offence_groups.offence_uid
    from offence_records
    inner join offence_groups on offence_records.record_key = offence_groups.record_key
    where offence_records.source_system = 'cms'
),

offences_of_the_police as (
    select distinct offence_groups.offence_uid
    from offence_records
    inner join offence_groups on offence_records.record_key = offence_groups.record_key
    where offence_records.source_system = 'pnc'
),

by_offence as (
    select
        offences.source as yot,
        count(*) as offences,
        count(offences_of_the_police.offence_uid) as offences_with_police_record
    from offences
    left join offences_of_the_police on offences.offence_uid = offences_of_the_police.offence_uid
    group by offences.source
),

summed as (
    select
        coalesce(by_child.yot, 'all') as yot,
        sum(by_child.children) as children,
        sum(by_child.children_with_police_match) as children_with_police_match,
        sum(by_child.children_proven) as children_proven,
        sum(by_child.children_proven_with_police_match) as children_proven_with_police_match,
        sum(coalesce(by_offence.offences, 0)) as offences,
        sum(coalesce(by_offence.offences_with_police_record, 0)) as offences_with_police_record
    from by_child
    left join by_offence on by_child.yot = by_offence.yot
    group by grouping sets ((by_child.yot), ())
),

final as (
    select
        yot collate "C" as yot,
        children::integer as children,
        children_with_police_match::integer as children_with_police_match,
        (children - children_with_police_match)::integer as children_without_police_match,
        round(children_with_police_match / nullif(children, 0), 6)::numeric(9, 6) as match_rate,
        children_proven::integer as children_proven,
        children_proven_with_police_match::integer as children_proven_with_police_match,
        round(children_proven_with_police_match / nullif(children_proven, 0), 6)::numeric(9, 6) as proven_match_rate,
        offences::integer as offences,
        offences_with_police_record::integer as offences_with_police_record,
        round(offences_with_police_record / nullif(offences, 0), 6)::numeric(9, 6) as offence_match_rate
    from summed
    where children is not null
)

select * from final
