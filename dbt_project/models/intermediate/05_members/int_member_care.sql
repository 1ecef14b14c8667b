-- R9: care status on the index date. Of several at once the one with the strongest duty on the state speaks. Where a
-- service sends no care episodes at all, nothing is known.
with member_days as (
    select * from {{ affected(ref('int_member_days')) }}
),

care_episodes as (
    select * from {{ affected(ref('stg_yot__care_episode')) }}
),

episodes as (
    select * from care_episodes
    where {{ in_force('care_episodes') }} and start_date <= {{ as_of() }}
),

services_that_say as (
    select source from {{ ref('int_reporting_services') }}
    where table_name = 'care_episode'
),

covering as (
    select distinct on (member_days.day_key)
        member_days.day_key,
        episodes.care_status
    from member_days
    inner join episodes
        on
            member_days.person_key = episodes.person_key
            and episodes.start_date <= member_days.index_date
            and (episodes.end_date is null or episodes.end_date >= member_days.index_date)
    order by
        member_days.day_key,
        array_position(array['LAC', 'CP', 'CIN', 'CARE_LEAVER'], episodes.care_status::text) nulls last,
        episodes.care_status
),

final as (
    select
        member_days.day_key,
        member_days.person_key,
        case
            when covering.care_status is not null then covering.care_status
            when services_that_say.source is not null then 'None'
            else 'Not known'
        end collate "C" as care_status
    from member_days
    left join services_that_say on member_days.yot = services_that_say.source
    left join covering
        on member_days.day_key = covering.day_key
)

select * from final
