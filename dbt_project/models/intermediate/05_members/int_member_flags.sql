-- R9: the flags of a child on the day, by their dates, from the first to the last day of each.
with member_days as (
    select * from {{ affected(ref('int_member_days')) }}
),

child_flags as (
    select * from {{ affected(ref('stg_yot__child_flag')) }}
),

flags as (
    select * from child_flags
    where {{ in_force('child_flags') }} and start_date <= {{ as_of() }}
),

final as (
    select distinct
        member_days.day_key,
        member_days.yot,
        member_days.person_key,
        member_days.index_date,
        flags.flag
    from member_days
    inner join flags
        on
            member_days.person_key = flags.person_key
            and flags.start_date <= member_days.index_date
            and (flags.end_date is null or flags.end_date >= member_days.index_date)
)

select * from final
