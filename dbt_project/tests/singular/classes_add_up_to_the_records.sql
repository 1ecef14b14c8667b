-- O7: per definition and member the classes add up to the offence records of the child that have a member's eye on them.
with members as (
    select
        person_key,
        count(*) as members
    from {{ taken_up(ref('int_members')) }} as taken_up_members
    group by person_key
),

expected as (
    select sum(members.members) as records
    from {{ taken_up(ref('int_offence_records')) }} as offence_records
    inner join members on offence_records.person_key = members.person_key
    where not offence_records.is_orphan
),

classed as (
    select count(*) as records
    from {{ taken_up(ref('int_offence_record_classes')) }} as record_classes
    where class <> 'orphan'
)

select
    expected.records as expected_records,
    classed.records as classed_records
from expected
cross join classed
where coalesce(expected.records, 0) <> classed.records
