-- R2 to R4: one row per definition, cohort and service, and one for all services. Sums are sums over sums.
with cohort_members as (
    select * from {{ ref('cohort_member') }}
),

maturities as (
    select * from {{ ref('int_member_maturity') }}
),

members as (
    select
        cohort_members.*,
        maturities.maturity
    from cohort_members
    inner join maturities
        on
            cohort_members.definition || '/' || cohort_members.cohort || '/' || cohort_members.yot
            || '/' || cohort_members.person_key = maturities.member_key
),

of_services as (
    select
        *,
        yot as summary_yot,
        false as is_all
    from members
    union all
    select
        *,
        'all' as summary_yot,
        true as is_all
    from members
),

by_child as (
    select
        definition,
        cohort,
        cohort_start,
        cohort_end,
        summary_yot,
        is_all,
        person_key,
        count(*)::numeric as entries,
        (count(*) filter (where is_reoffender))::numeric as reoffending_entries,
        sum(reoffences) as reoffences,
        count(*) filter (where state = 'closed') as closed_entries,
        bool_or(state = 'in_follow_up') as has_in_follow_up,
        bool_or(state = 'awaiting_outcomes') as has_awaiting,
        sum(maturity) as maturity
    from of_services
    group by definition, cohort, cohort_start, cohort_end, summary_yot, is_all, person_key
),

summed_up as (
    select
        definition,
        cohort,
        cohort_start,
        cohort_end,
        summary_yot as yot,
        is_all,
        sum(entries) as children,
        count(*) as distinct_children,
        sum(reoffending_entries) as reoffenders,
        sum(reoffences)::numeric as reoffences,
        sum(closed_entries)::integer as children_closed,
        sum(maturity) / sum(entries) as maturity,
        case
            when {{ as_of() }} < cohort_end then 'filling'
            when bool_or(has_in_follow_up) then 'in_follow_up'
            when bool_or(has_awaiting) then 'awaiting_outcomes'
            else 'closed'
        end as state,
        -- sum over children of (y - p m)^2, multiplied out: p is known only once the rows are summed
        sum(reoffending_entries * reoffending_entries) as sum_yy,
        sum(reoffending_entries * entries) as sum_ym,
        sum(entries * entries) as sum_mm
    from by_child
    group by definition, cohort, cohort_start, cohort_end, summary_yot, is_all
),

with_effect as (
    select
        *,
        reoffenders / children as rate,
        children / case
            when is_all
                then {{ design_effect(
                    'children', 'reoffenders', 'distinct_children', 'sum_yy', 'sum_ym', 'sum_mm'
                ) }}
            else 1
        end as effective_children
    from summed_up
),

with_rates as (
    select
        definition,
        cohort,
        cohort_start,
        cohort_end,
        yot collate "C" as yot,
        children::integer as children,
        distinct_children::integer as distinct_children,
        reoffenders::integer as reoffenders,
        reoffences::integer as reoffences,
        round(rate, 6)::numeric(9, 6) as binary_rate,
        {{ wilson_bound('rate', 'effective_children', '-') }} as binary_rate_low,
        {{ wilson_bound('rate', 'effective_children', '+') }} as binary_rate_high,
        round(reoffences / nullif(reoffenders, 0), 6)::numeric(9, 6) as reoffences_per_reoffender,
        round(reoffences / children, 6)::numeric(9, 6) as reoffences_per_child,
        children_closed,
        round(maturity, 4)::numeric(5, 4) as maturity,
        state,
        rate
    from with_effect
),

final as (
    select
        this_year.definition,
        this_year.cohort,
        this_year.cohort_start,
        this_year.cohort_end,
        this_year.yot,
        this_year.children,
        this_year.distinct_children,
        this_year.reoffenders,
        this_year.reoffences,
        this_year.binary_rate,
        this_year.binary_rate_low,
        this_year.binary_rate_high,
        this_year.reoffences_per_reoffender,
        this_year.reoffences_per_child,
        this_year.children_closed,
        this_year.maturity,
        this_year.state,
        round(100 * (this_year.rate - last_year.rate), 4)::numeric(9, 4) as change_on_year_points
    from with_rates as this_year
    left join with_rates as last_year
        on
            this_year.definition = last_year.definition
            and this_year.yot = last_year.yot
            and this_year.cohort_start = {{ add_months('last_year.cohort_start', 12) }}
)

select * from final
