-- R5: one row per quarterly definition, service and quarter that ends four consecutive quarters in which the definition
-- has cohorts; and one for all services. A child counts in each quarter that it entered.
with members as (
    select * from {{ ref('int_cell_members') }}
),

definitions as (
    select * from {{ ref('int_definitions') }}
    where cohort_period = 'quarter'
),

quarters as (
    select distinct
        members.definition,
        members.cohort,
        members.cohort_start,
        members.cohort_end
    from members
    inner join definitions on members.definition = definitions.definition
),

years as (
    select
        last_quarters.definition,
        last_quarters.cohort,
        {{ add_months('last_quarters.cohort_start', -9) }} as cohort_start,
        last_quarters.cohort_end
    from quarters as last_quarters
    inner join quarters
        on
            last_quarters.definition = quarters.definition
            and quarters.cohort_start between
            {{ add_months('last_quarters.cohort_start', -9) }} and last_quarters.cohort_start
    group by last_quarters.definition, last_quarters.cohort, last_quarters.cohort_start, last_quarters.cohort_end
    having count(*) = 4
),

of_years as (
    select
        years.definition,
        years.cohort,
        years.cohort_start,
        years.cohort_end,
        members.cell_yot,
        members.person_key,
        members.is_reoffender,
        members.reoffences,
        members.state,
        members.maturity,
        true as can_repeat,
        true as is_repeated
    from years
    inner join members
        on
            years.definition = members.definition
            and members.cohort_start between years.cohort_start and years.cohort_end
),

final as (
    select * from {{ summary_of('of_years') }} as summed_up
)

select * from final
