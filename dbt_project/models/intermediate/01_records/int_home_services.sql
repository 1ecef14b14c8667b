-- P2: where a person is at home, by day: home_yot of the version in force, of several that which started last; where
-- none is in force, of the first that starts after the day.
with child_versions as (
    select * from {{ affected(ref('int_child_versions')) }}
),

boundaries as (
    select
        person_key,
        known_from as day
    from child_versions

    union

    select
        person_key,
        known_to
    from child_versions
    where known_to is not null
),

spans as (
    select
        person_key,
        day,
        lag(day) over person_days is not null as has_span_before,
        lead(day) over person_days as to_day
    from boundaries
    window person_days as (partition by person_key order by day)
),

final as (
    select distinct on (spans.person_key, spans.day)
        spans.person_key,
        child_versions.home_yot,
        case when spans.has_span_before then spans.day end as from_day,
        spans.to_day
    from spans
    inner join child_versions
        on
            spans.person_key = child_versions.person_key
            and {{ in_force_or_first_after('child_versions', 'spans.day') }}
    order by
        spans.person_key,
        spans.day,
        {{ in_force_first('child_versions', 'spans.day') }},
        child_versions.home_yot
)

select * from final
