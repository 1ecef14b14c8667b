-- What a service knew of a child, and when (P2, R9), as far as day K knows: the history of the records that are there
-- on that day, of the persons of that day. What has been taken out by then never was.
with children as (
    select * from {{ ref('stg_yot__child') }}
    where known_from <= {{ known_as_of() }}
),

numbers as (
    select * from {{ affected(source('identity', 'child_record')) }}
),

-- of a record one version at most is in force: looked for in one pass, since a join of all versions with themselves by
-- their record is more than the planner can judge
with_person_at_k as (
    select
        *,
        max(case when {{ in_force('children') }} and not is_deleted then person_key end) over (
            partition by source, child_record
        ) as person_at_k
    from children
),

-- a link that changed cuts a version in two, which is one for all that
final as (
    select
        children.source,
        numbers.person_key,
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
    from with_person_at_k as children
    inner join numbers
        on
            children.person_at_k = numbers.person_key
            and children.source = numbers.source
            and children.child_record = numbers.child_record
    where not children.is_deleted
    group by
        children.source,
        numbers.person_key,
        numbers.record_number,
        children.home_yot,
        children.team,
        children.ward_code,
        children.sen_status,
        children.ethnicity,
        children.version_from
)

select * from final
