-- R4: one row per definition, cohort, service (and all services) and number of reoffences that a child of the cohort
-- has: how many children have so many or more, and how many of all reoffences are theirs.
{{ config(materialized='incremental', incremental_strategy='changed_cohorts') }}

with members as (
    select * from {{ of_changed_cohorts(ref('int_cell_members')) }} as cell_members
),

by_number as (
    select
        definition,
        cohort,
        cell_yot,
        reoffences as reoffences_each,
        count(*) as children
    from members
    group by definition, cohort, cell_yot, reoffences
),

added_up as (
    select
        *,
        sum(children) over from_the_most as cumulative_children,
        sum(children * reoffences_each) over from_the_most as cumulative_reoffences,
        sum(children) over whole as all_children,
        coalesce(sum(children) filter (where reoffences_each > 0) over whole, 0) as all_reoffenders,
        sum(children * reoffences_each) over whole as all_reoffences
    from by_number
    window
        whole as (partition by definition, cohort, cell_yot),
        from_the_most as (partition by definition, cohort, cell_yot order by reoffences_each desc)
),

with_tenth as (
    select
        *,
        ceil(all_reoffenders / 10) as top_tenth,
        least(children, greatest(0, ceil(all_reoffenders / 10) - (cumulative_children - children))) as of_top_tenth
    from added_up
),

final as (
    select
        definition,
        cohort,
        cell_yot collate "C" as yot,
        reoffences_each,
        children::integer as children,
        cumulative_children::integer as cumulative_children,
        cumulative_reoffences::integer as cumulative_reoffences,
        round(cumulative_children / all_children, 6)::numeric(9, 6) as share_of_children,
        round(least(cumulative_children, all_reoffenders) / nullif(all_reoffenders, 0), 6)::numeric(9, 6)
            as share_of_reoffenders,
        round(cumulative_reoffences / nullif(all_reoffences, 0), 6)::numeric(9, 6) as share_of_reoffences,
        top_tenth::integer as top_tenth_reoffenders,
        round(
            sum(of_top_tenth * reoffences_each) over (partition by definition, cohort, cell_yot)
            / nullif(all_reoffences, 0),
            6
        )::numeric(9, 6) as top_tenth_share
    from with_tenth
)

select * from final
