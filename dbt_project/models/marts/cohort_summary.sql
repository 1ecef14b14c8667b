-- R2 to R4: one row per definition, cohort and service, and one for all services. Sums are sums over sums.
with members as (
    select * from {{ ref('int_cell_members') }}
),

final as (
    select * from {{ summary_of('members') }} as summed_up
)

select * from final
