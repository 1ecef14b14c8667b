-- R3: how far a member is on the way from the index date to the end of the proof window, 0 to 1; and whether the child is
-- in the cohort more than once (R4).
{{ config(materialized='view') }}

with members as (
    select * from {{ ref('int_members') }}
)

select
    member_key,
    is_in_several_services,
    least(1, ({{ as_of() }} - index_date)::numeric / (proof_end - index_date)) as maturity
from members
