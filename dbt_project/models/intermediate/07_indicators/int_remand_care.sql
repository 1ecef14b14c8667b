-- I3: the care status of a remanded child the day before, and whether it came to be looked after within the remand.
with remands as (
    select * from {{ affected(ref('int_remands')) }}
),

member_care as (
    select * from {{ affected(ref('int_member_care')) }}
),

care_episodes as (
    select * from {{ affected(ref('stg_yot__care_episode')) }}
),

looked_after as (
    select * from care_episodes
    where {{ in_force('care_episodes') }} and care_status = 'LAC' and start_date <= {{ as_of() }}
),

gained as (
    select distinct remands.remand_key
    from remands
    inner join looked_after
        on
            remands.person_key = looked_after.person_key
            and looked_after.start_date >= remands.start_date
            and (remands.end_date is null or looked_after.start_date <= remands.end_date)
),

final as (
    select
        remands.remand_key,
        remands.person_key,
        member_care.care_status as care_status_before,
        case
            when member_care.care_status = 'Not known' then 'Not known'
            when member_care.care_status <> 'LAC' and gained.remand_key is not null then 'yes'
            else 'no'
        end collate "C" as is_care_gained
    from remands
    inner join member_care on remands.day_before_key = member_care.day_key
    left join gained on remands.remand_key = gained.remand_key
)

select * from final
