-- The days and services at which a person's characteristics are asked for (R9): index dates of members.
with members as (
    select * from {{ affected(ref('int_members')) }}
)

select distinct
    day_key,
    yot,
    person_key,
    index_date
from members
