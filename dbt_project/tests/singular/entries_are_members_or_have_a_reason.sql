-- E4: eligible and excluded entries together are all entries; every eligible one is a member, once.
with entries as (
    select count(*) as entries
    from {{ ref('int_entries') }}
    where exclusion is null
),

members as (
    select count(*) as members
    from {{ ref('int_members') }}
)

select
    entries.entries,
    members.members
from entries
cross join members
where entries.entries <> members.members
