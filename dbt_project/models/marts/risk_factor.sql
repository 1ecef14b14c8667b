-- R9: one row per definition, cohort, service (and all services) and factor that an assessment of a member names: the
-- members with the factor at the index date against those without it, and what is left of it among so many factors.
{{ config(materialized='incremental', incremental_strategy='changed_cohorts') }}

with members as (
    select * from {{ of_changed_cohorts(ref('int_cell_members')) }} as cell_members
),

factors as (
    select * from {{ ref('int_member_factors') }}
),

cells as (
    select
        definition,
        cohort,
        cell_yot,
        count(*) as children
    from members
    group by definition, cohort, cell_yot
),

of_services as (
    select
        members.definition,
        members.cohort,
        members.yot,
        factors.factor,
        count(*) filter (where factors.is_present) as children_with,
        count(*) filter (where factors.is_present and members.is_reoffender) as reoffenders_with,
        count(*) filter (where not factors.is_present) as children_without,
        count(*) filter (where not factors.is_present and members.is_reoffender) as reoffenders_without
    from members
    inner join factors
        on
            -- each member once: in the cell of its own service
            members.cell_yot = factors.yot
            and members.person_key = factors.person_key
            and members.index_date = factors.index_date
    group by members.definition, members.cohort, members.yot, factors.factor
),

counted as (
    select
        of_services.definition,
        of_services.cohort,
        cells.cell_yot,
        of_services.factor,
        sum(of_services.children_with) as children_with,
        sum(of_services.reoffenders_with) as reoffenders_with,
        sum(of_services.children_without) as children_without,
        sum(of_services.reoffenders_without) as reoffenders_without
    from of_services
    cross join lateral (values (of_services.yot), ('all')) as cells (cell_yot)
    group by of_services.definition, of_services.cohort, cells.cell_yot, of_services.factor
),

ratios as (
    select
        *,
        reoffenders_with / nullif(children_with, 0) as rate_with,
        reoffenders_without / nullif(children_without, 0) as rate_without,
        reoffenders_with * children_without / nullif(children_with * reoffenders_without, 0) as risk_ratio,
        {{ log_ratio_error(
            'reoffenders_with', 'children_with', 'reoffenders_without', 'children_without'
        ) }} as standard_error
    from counted
),

pooled as (
    select
        *,
        (reoffenders_with + reoffenders_without) / nullif(children_with + children_without, 0) as rate
    from ratios
),

-- the test is taken where it holds: at least five reoffenders and five others to be expected in either group (Cochran)
compared as (
    select
        *,
        case
            when least(children_with, children_without) * least(rate, 1 - rate) >= 5
                then
                    (rate_with - rate_without) / sqrt({{ variance_if_equal(
                        'rate_with', 'children_with', 'rate_without', 'children_without'
                    ) }})
        end as z
    from pooled
),

tested as (
    select
        *,
        {{ two_sided_p('z') }} as p_value,
        count(z) over (partition by definition, cohort, cell_yot) as factors_compared
    from compared
),

-- Holm: from the smallest p value on, each against 5 % of as many factors as are left, up to the first that fails
ranked as (
    select
        *,
        row_number() over (partition by definition, cohort, cell_yot order by p_value, factor) as place
    from tested
),

final as (
    select
        ranked.definition,
        ranked.cohort,
        ranked.cell_yot collate "C" as yot,
        ranked.factor collate "C" as factor,
        ranked.children_with::integer as children_with,
        ranked.reoffenders_with::integer as reoffenders_with,
        ranked.children_without::integer as children_without,
        ranked.reoffenders_without::integer as reoffenders_without,
        (cells.children - ranked.children_with - ranked.children_without)::integer as children_unknown,
        round(ranked.rate_with, 6)::numeric(9, 6) as rate_with,
        round(ranked.rate_without, 6)::numeric(9, 6) as rate_without,
        round(ranked.risk_ratio, 6)::numeric(15, 6) as risk_ratio,
        round(ranked.risk_ratio * exp(-{{ z_95() }} * ranked.standard_error), 6)::numeric(15, 6) as risk_ratio_low,
        round(ranked.risk_ratio * exp({{ z_95() }} * ranked.standard_error), 6)::numeric(15, 6) as risk_ratio_high,
        round(ranked.p_value, 6)::numeric(9, 6) as p_value,
        ranked.factors_compared::integer as factors_compared,
        case
            when ranked.p_value is not null
                then bool_and(ranked.p_value * (ranked.factors_compared - ranked.place + 1) <= 0.05) over (
                    partition by ranked.definition, ranked.cohort, ranked.cell_yot
                    order by ranked.place
                )
        end as holds_after_correction
    from ranked
    inner join cells
        on
            ranked.definition = cells.definition
            and ranked.cohort = cells.cohort
            and ranked.cell_yot = cells.cell_yot
)

select * from final
