-- R1, R7, R8: what a member's offences add up to.
with members as (
    select * from {{ affected(ref('int_members')) }}
),

member_offences as (
    select * from {{ affected(ref('int_member_offences')) }}
),

offences as (
    select * from {{ affected(ref('int_offences')) }}
),

proofs_of_both_feeds as (
    select * from {{ affected(ref('int_offence_proofs')) }}
    where proof_sources = 'cms;pnc' and proof_date is not null
),

reoffences as (
    select
        member_key,
        count(*) filter (where class = 'reoffence') as reoffences,
        count(distinct proven_date) filter (where class = 'reoffence') as reoffence_occasions,
        min(offence_date) filter (where class = 'reoffence') as first_reoffence_date,
        max(seriousness) filter (where class = 'reoffence') as max_reoffence_seriousness,
        count(*) filter (where is_pending_in_window) as pending_offences
    from member_offences
    group by member_key
),

history as (
    select
        members.member_key,
        count(*) filter (where offences.is_in_scope) as previous_offences,
        count(*) as previous_offences_of_any_scope
    from members
    inner join proofs_of_both_feeds
        on
            members.person_key = proofs_of_both_feeds.person_key
            and proofs_of_both_feeds.proof_date < members.index_date
    inner join offences on proofs_of_both_feeds.offence_uid = offences.offence_uid
    group by members.member_key
),

final as (
    select
        members.member_key,
        members.person_key,
        coalesce(reoffences.reoffences, 0)::integer as reoffences,
        coalesce(reoffences.reoffence_occasions, 0)::integer as reoffence_occasions,
        reoffences.first_reoffence_date,
        reoffences.max_reoffence_seriousness,
        coalesce(reoffences.pending_offences, 0)::integer as pending_offences,
        coalesce(history.previous_offences, 0)::integer as previous_offences,
        coalesce(history.previous_offences_of_any_scope, 0) = 0 as is_first_time_entrant
    from members
    left join reoffences
        on members.member_key = reoffences.member_key
    left join history
        on members.member_key = history.member_key
)

select * from final
