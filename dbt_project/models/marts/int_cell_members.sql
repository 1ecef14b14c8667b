-- Every member in the cells that count it: its service's, and that of all services together.
{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with cohort_members as (
    select * from {{ ref('cohort_member') }}
),

maturities as (
    select * from {{ ref('int_member_maturity') }}
),

final as (
    select
        cohort_members.*,
        maturities.maturity,
        cells.cell_yot,
        cells.can_repeat,
        cells.can_repeat and maturities.is_in_several_services as is_repeated
    from cohort_members
    inner join maturities
        on
            cohort_members.definition || '/' || cohort_members.cohort || '/' || cohort_members.yot
            || '/' || cohort_members.person_key = maturities.member_key
    cross join lateral (values (cohort_members.yot, false), ('all', true)) as cells (cell_yot, can_repeat)
)

select * from final
