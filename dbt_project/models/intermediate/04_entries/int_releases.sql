-- E2: stays that began with a sentence and ended in a release, with the service they belong to (P2, P3) and the episode
-- that the release ended.
with stays as (
    select * from {{ affected(ref('int_stays')) }}
),

home_services as (
    select * from {{ affected(ref('int_home_services')) }}
),

first_episodes as (
    select * from stays
    where number_from_start = 1
),

last_episodes as (
    select * from stays
    where rank_from_end = 1
),

candidates as (
    select
        last_episodes.person_key,
        last_episodes.stay_number,
        last_episodes.start_date as episode_start,
        last_episodes.occasion_id,
        last_episodes.end_date as release_date,
        last_episodes.source,
        last_episodes.episode_id,
        last_episodes.end_reason
    from last_episodes
    inner join first_episodes
        on
            last_episodes.person_key = first_episodes.person_key
            and last_episodes.stay_number = first_episodes.stay_number
    where first_episodes.kind = 'SENTENCE' and last_episodes.end_date is not null
),

chosen as (
    select distinct on (candidates.person_key, candidates.stay_number)
        candidates.person_key,
        candidates.stay_number,
        candidates.episode_start,
        candidates.occasion_id,
        candidates.release_date,
        candidates.source as yot,
        candidates.end_reason
    from candidates
    left join home_services
        on
            candidates.person_key = home_services.person_key
            and {{ holds_on('home_services', 'candidates.release_date') }}
    order by
        candidates.person_key,
        candidates.stay_number,
        coalesce(home_services.home_yot = candidates.source, false) desc,
        candidates.source,
        candidates.occasion_id is null,
        candidates.episode_start desc,
        candidates.episode_id
),

final as (
    select
        person_key || '/' || stay_number as release_uid,
        person_key,
        stay_number,
        episode_start,
        occasion_id,
        release_date,
        yot
    from chosen
    where coalesce(end_reason, 'RELEASED') = 'RELEASED'
)

select * from final
