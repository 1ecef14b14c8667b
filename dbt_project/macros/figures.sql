{# R4: counts, rates and Wilson intervals of cells. `relation` has a row per entry: the cell's columns, person_key,
   is_reoffender, reoffences, can_repeat: whether a child may be in the cell more than once, so that the interval is taken
   at n / max(1, design effect), and is_repeated: whether this one may be. Cells without an entry have no row. #}
{% macro figures_of(relation, cell) -%}
    (
        with entries as (
            select
                {{ cell | join(', ') }},
                can_repeat,
                -- whoever is there once needs no row of their own: there are few others among many
                case when is_repeated then person_key end as child,
                count(*) as entries,
                count(*) filter (where is_reoffender) as reoffending_entries,
                sum(reoffences)::bigint as reoffences
            from {{ relation }}
            group by {{ cell | join(', ') }}, can_repeat, child
        ),

        summed_up as (
            select
                {{ cell | join(', ') }},
                can_repeat,
                sum(entries) as children,
                sum(case when child is null then entries else 1 end) as distinct_children,
                sum(reoffending_entries) as reoffenders,
                sum(reoffences)::numeric as reoffences,
                -- sum over children of (y - p m)^2, multiplied out: p is known only once the rows are summed. Of those who
                -- are there once, m is 1 and y is 0 or 1: each is its own square.
                sum(reoffending_entries * case when child is null then 1 else reoffending_entries end) as sum_yy,
                sum(reoffending_entries * case when child is null then 1 else entries end) as sum_ym,
                sum(entries * case when child is null then 1 else entries end) as sum_mm
            from entries
            group by {{ cell | join(', ') }}, can_repeat
        ),

        with_effect as (
            select
                *,
                reoffenders / children as rate,
                children / case
                    when can_repeat
                        then {{ design_effect(
                            'children', 'reoffenders', 'distinct_children', 'sum_yy', 'sum_ym', 'sum_mm'
                        ) }}
                    else 1
                end as effective_children
            from summed_up
        )

        select
            {{ cell | join(', ') }},
            children::integer as children,
            distinct_children::integer as distinct_children,
            reoffenders::integer as reoffenders,
            reoffences::integer as reoffences,
            rate,
            effective_children,
            round(rate, 6)::numeric(9, 6) as binary_rate,
            {{ wilson_bound('rate', 'effective_children', '-') }} as binary_rate_low,
            {{ wilson_bound('rate', 'effective_children', '+') }} as binary_rate_high,
            round(reoffences / nullif(reoffenders, 0), 6)::numeric(9, 6) as reoffences_per_reoffender,
            round(reoffences / children, 6)::numeric(9, 6) as reoffences_per_child
        from with_effect
    )
{%- endmacro %}

{# R2: the state of a cohort, as its least advanced member; on cohort_end itself it is no longer filling. #}
{% macro least_advanced(state, cohort_end) -%}
    case
        when {{ as_of() }} < {{ cohort_end }} then 'filling'
        when bool_or({{ state }} = 'in_follow_up') then 'in_follow_up'
        when bool_or({{ state }} = 'awaiting_outcomes') then 'awaiting_outcomes'
        else 'closed'
    end
{%- endmacro %}

{# R2 to R5: the rows of a summary, one per cell, with state, maturity and the change on the year before. `relation` has a
   row per entry as figures_of takes it, with cell_yot, state, maturity and the bounds of the cohort or the year. #}
{% macro summary_of(relation) -%}
    (
        with figures as (
            select * from {{ figures_of(relation, ['definition', 'cohort', 'cohort_start', 'cohort_end', 'cell_yot']) }} as summed
        ),

        progress as (
            select
                definition,
                cohort,
                cell_yot,
                (count(*) filter (where state = 'closed'))::integer as children_closed,
                round(sum(maturity) / count(*), 4)::numeric(5, 4) as maturity,
                {{ least_advanced('state', 'max(cohort_end)') }} as state
            from {{ relation }}
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
                round(100 * (this_year.rate - last_year.rate), 4)::numeric(9, 4) as change_on_year_points,
                -- an open cohort is low because it is young, not by chance
                case
                    when progress.state = 'closed' and progress_of_last_year.state = 'closed'
                        then {{ beyond_chance(
                            'this_year.rate',
                            'this_year.effective_children',
                            'last_year.rate',
                            'last_year.effective_children'
                        ) }}
                end as is_beyond_chance
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
            left join progress as progress_of_last_year
                on
                    last_year.definition = progress_of_last_year.definition
                    and last_year.cohort = progress_of_last_year.cohort
                    and last_year.cell_yot = progress_of_last_year.cell_yot
        )

        select * from final
    )
{%- endmacro %}
