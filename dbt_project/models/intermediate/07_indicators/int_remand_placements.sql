-- I3: the placements of a remand, one after the other: episodes at most one day apart are one remand. A night belongs to
-- the place in which the child was last put, so that the nights of the placements add up to the remand's.
with custody_episodes as (
    select * from {{ affected(ref('stg_yot__custody_episode')) }}
),

episodes as (
    select
        person_key,
        source,
        episode_id,
        placement_type,
        start_date,
        case when end_date <= {{ as_of() }} then end_date end as end_date
    from custody_episodes
    where
        {{ in_force('custody_episodes') }}
        and kind = 'REMAND'
        and start_date <= {{ as_of() }}
        and person_key is not null
),

with_what_came_before as (
    select
        *,
        max(coalesce(end_date, 'infinity')) over (
            partition by person_key
            order by start_date, source, episode_id
            rows between unbounded preceding and 1 preceding
        ) as latest_end_before
    from episodes
),

numbered as (
    select
        *,
        count(*) filter (where latest_end_before is null or start_date > latest_end_before + 1) over (
            partition by person_key
            order by start_date, source, episode_id
        ) as remand_number
    from with_what_came_before
),

final as (
    select
        person_key || '/' || remand_number as remand_key,
        person_key,
        source,
        episode_id,
        row_number() over remand_episodes as placement_number,
        placement_type,
        start_date as from_day,
        -- an end before the start is a slip of the pen: no night
        greatest(
            coalesce(
                lead(start_date) over remand_episodes,
                nullif(max(coalesce(end_date, 'infinity')) over (partition by person_key, remand_number), 'infinity')
            ),
            start_date
        ) as to_day,
        lead(start_date) over remand_episodes is null
        and max(coalesce(end_date, 'infinity')) over (partition by person_key, remand_number) = 'infinity' as is_open
    from numbered
    window remand_episodes as (partition by person_key, remand_number order by start_date, source, episode_id)
)

select
    remand_key,
    person_key,
    source,
    episode_id,
    placement_number,
    placement_type,
    from_day,
    case when not is_open then to_day end as to_day
from final
