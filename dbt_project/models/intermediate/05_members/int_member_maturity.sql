-- R3: how far a member is on the way from the index date to the end of the proof window, 0 to 1.
{{ config(materialized='view') }}

with members as (
    select * from {{ ref('int_members') }}
)

select
    member_key,
    least(1, ({{ as_of() }} - index_date)::numeric / (proof_end - index_date)) as maturity
from members
