-- I3: remands of children: one from its first day to its last, with the service it belongs to (P3) where two tell of it.
with placements as (
    select * from {{ affected(ref('int_remand_placements')) }}
),

home_services as (
    select * from {{ affected(ref('int_home_services')) }}
),

people as (
    select * from {{ affected(source('identity', 'person')) }}
    where
        known_from <= {{ known_as_of() }}
        and (known_to is null or {{ known_as_of() }} < known_to)
),

whole as (
    select
        remand_key,
        person_key,
        min(from_day) as start_date,
        case when bool_and(to_day is not null) then max(to_day) end as end_date
    from placements
    group by remand_key, person_key
),

chosen as (
    select distinct on (whole.remand_key)
        whole.*,
        placements.source as yot
    from whole
    inner join placements on whole.remand_key = placements.remand_key
    left join home_services
        on
            whole.person_key = home_services.person_key
            and {{ holds_on('home_services', 'whole.start_date') }}
    order by whole.remand_key, coalesce(home_services.home_yot = placements.source, false) desc, placements.source
),

final as (
    select
        chosen.remand_key,
        chosen.person_key,
        chosen.yot,
        chosen.start_date,
        chosen.end_date,
        chosen.yot || '/' || chosen.person_key || '/' || (chosen.start_date - 1) as day_before_key
    from chosen
    inner join people on chosen.person_key = people.person_key
    where {{ age_on('chosen.start_date', 'people.date_of_birth') }} between 10 and 17
)

select * from final
