-- E2: stays of a person: SENTENCE and RECALL episodes at most one day apart. A stay is open while its last episode is.
with custody_episodes as (
    select * from {{ affected(ref('stg_yot__custody_episode')) }}
),

episodes as (
    select
        person_key,
        source,
        episode_id,
        kind,
        occasion_id,
        start_date,
        case when end_date <= {{ as_of() }} then end_date end as end_date,
        case when end_date <= {{ as_of() }} then end_reason end as end_reason
    from custody_episodes
    where
        {{ in_force('custody_episodes') }}
        and kind in ('SENTENCE', 'RECALL')
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
        ) as stay_number
    from with_what_came_before
),

final as (
    select
        person_key,
        stay_number,
        source,
        episode_id,
        kind,
        occasion_id,
        start_date,
        end_date,
        end_reason,
        row_number() over (
            partition by person_key, stay_number order by start_date, source, episode_id
        ) as number_from_start,
        rank() over (
            partition by person_key, stay_number order by end_date desc nulls first
        ) as rank_from_end
    from numbered
)

select * from final
