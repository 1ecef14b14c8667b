-- R2 to R4: one row per definition, cohort and service, and one for all services. Sums are sums over sums.
with members as (
    select * from {{ ref('int_cell_members') }}
),

figures as (
    select * from {{ figures_of('members', ['definition', 'cohort', 'cohort_start', 'cohort_end', 'cell_yot']) }} as summed
),

progress as (
    select
        definition,
        cohort,
        cell_yot,
        (count(*) filter (where state = 'closed'))::integer as children_closed,
        round(sum(maturity) / count(*), 4)::numeric(5, 4) as maturity,
        {{ least_advanced('state', 'max(cohort_end)') }} as state
    from members
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
