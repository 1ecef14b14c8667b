-- P2, T2: the programmes of the member's own service that begin in its follow-up, by the first day of each type with
-- each provider. Those after the as-of day are here too: whoever counts them asks for the day (T1).
with members as (
    select * from {{ affected(ref('int_members')) }}
),

all_programmes as (
    select * from {{ affected(ref('stg_yot__programme')) }}
),

programmes as (
    select * from all_programmes
    where {{ in_force('all_programmes') }}
),

final as (
    select
        members.member_key,
        members.person_key,
        programmes.programme_type,
        coalesce(programmes.provider, 'Not known') collate "C" as provider,
        min(programmes.start_date) as first_start_date
    from members
    inner join programmes
        on
            members.person_key = programmes.person_key
            and members.yot = programmes.source
            and programmes.start_date between members.index_date and members.follow_up_end
    group by
        members.member_key,
        members.person_key,
        programmes.programme_type,
        coalesce(programmes.provider, 'Not known') collate "C"
)

select * from final
