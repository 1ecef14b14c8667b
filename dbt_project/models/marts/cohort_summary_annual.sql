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
        true as can_repeat
    from years
    inner join members
        on
            years.definition = members.definition
            and members.cohort_start between years.cohort_start and years.cohort_end
),

figures as (
    select *
    from {{ figures_of('of_years', ['definition', 'cohort', 'cohort_start', 'cohort_end', 'cell_yot']) }} as summed
),

progress as (
    select
        definition,
        cohort,
        cell_yot,
        (count(*) filter (where state = 'closed'))::integer as children_closed,
        round(sum(maturity) / count(*), 4)::numeric(5, 4) as maturity,
        {{ least_advanced('state', 'max(cohort_end)') }} as state
    from of_years
    group by definition, cohort, cell_yot
),

final as (
    select
        this_year.definition,
        this_year.cohort,
        this_year.cohort_start,
        this_year.cohort_end,
        this_year.cell_yot collate "C" as yot,
        this_year.children,
        this_year.distinct_children,
        this_year.reoffenders,
        this_year.reoffences,
        this_year.binary_rate,
        this_year.binary_rate_low,
        this_year.binary_rate_high,
        this_year.reoffences_per_reoffender,
        this_year.reoffences_per_child,
        progress.children_closed,
        progress.maturity,
        progress.state,
        round(100 * (this_year.rate - last_year.rate), 4)::numeric(9, 4) as change_on_year_points
    from figures as this_year
    inner join progress
        on
            this_year.definition = progress.definition
            and this_year.cohort = progress.cohort
            and this_year.cell_yot = progress.cell_yot
    left join figures as last_year
        on
            this_year.definition = last_year.definition
            and this_year.cell_yot = last_year.cell_yot
            and this_year.cohort_start = {{ add_months('last_year.cohort_start', 12) }}
)

select * from final
