-- The programmes of a service in which a child is on the as-of day: from the first day to the last, which a planned end
-- is not.
with all_programmes as (
    select * from {{ affected(ref('stg_yot__programme')) }}
),

open_programmes as (
    select
        source as yot,
        person_key,
        programme_type
    from all_programmes
    where
        {{ in_force('all_programmes') }}
        and person_key is not null
        and start_date <= {{ as_of() }}
        and (end_date is null or end_date >= {{ as_of() }})
),

final as (
    select
        yot,
        person_key,
        count(*)::integer as open_programmes,
        string_agg(distinct programme_type, ';' order by programme_type) as open_programme_types
    from open_programmes
    group by yot, person_key
)

select * from final
