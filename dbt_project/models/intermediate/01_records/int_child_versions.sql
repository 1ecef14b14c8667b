-- What a service knew of a child, and when (P2, R9), as far as day K knows: the history of the records that are there
-- on that day, of the persons of that day. What has been taken out by then never was.
with children as (
    select * from {{ ref('stg_yot__child') }}
),

of_people as (
    select * from {{ affected(ref('stg_yot__child')) }}
),

numbers as (
    select * from {{ affected(source('identity', 'child_record')) }}
),

there_at_k as (
    select
        source,
        child_record,
        person_key
    from of_people
    where {{ in_force('of_people') }} and not is_deleted and person_key is not null
),

-- a link that changed cuts a version in two, which is one for all that
final as (
    select
        children.source,
        there_at_k.person_key,
        numbers.record_number,
        children.home_yot,
        children.team,
        children.ward_code,
        children.sen_status,
        children.ethnicity,
        children.version_from as known_from,
        case
            when bool_and(coalesce(children.known_to <= {{ known_as_of() }}, false)) then max(children.known_to)
        end as known_to
    from children
    inner join there_at_k
        on children.source = there_at_k.source and children.child_record = there_at_k.child_record
    inner join numbers
        on
            there_at_k.person_key = numbers.person_key
            and there_at_k.source = numbers.source
            and there_at_k.child_record = numbers.child_record
    where children.known_from <= {{ known_as_of() }} and not children.is_deleted
    group by
        children.source,
        there_at_k.person_key,
        numbers.record_number,
        children.home_yot,
        children.team,
        children.ward_code,
        children.sen_status,
        children.ethnicity,
        children.version_from
)

select * from final
