-- I5: one row per service (and all services), quarter, span (the quarter, or the twelve months that end with it), stage,
-- definition (of reoffenders) and ethnic group: how often the group's children come from the stage before to this one,
-- against White children.
with spans as (
    select * from {{ ref('int_service_spans') }}
),

stage_children as (
    select * from {{ ref('int_stage_children') }}
),

populations as (
    select * from {{ ref('int_group_populations') }}
),

members as (
    select * from {{ ref('cohort_member') }}
),

quarterly_definitions as (
    select * from {{ ref('int_definitions') }}
    where cohort_period = 'quarter'
),

span_cells as (
    select distinct
        cells.cell_yot,
        spans.span,
        spans.quarter,
        spans.period_start,
        spans.period_end,
        spans.is_complete
    from spans
    cross join lateral (values (spans.yot), ('all')) as cells (cell_yot)
),

cohort_groups as (
    select
        members.definition,
        members.cohort_start,
        members.yot,
        members.ethnicity_group,
        count(*) as children,
        count(*) filter (where members.is_reoffender) as reoffenders,
        bool_and(members.state = 'closed') as is_closed
    from members
    inner join quarterly_definitions on members.definition = quarterly_definitions.definition
    group by members.definition, members.cohort_start, members.yot, members.ethnicity_group
),

cell_groups as (
    select
        cells.cell_yot,
        spans.span,
        spans.quarter,
        cohort_groups.definition,
        cohort_groups.ethnicity_group,
        sum(cohort_groups.children) as children,
        sum(cohort_groups.reoffenders) as reoffenders,
        bool_and(cohort_groups.is_closed) as is_closed
    from spans
    inner join cohort_groups
        on
            spans.yot = cohort_groups.yot
            and cohort_groups.cohort_start between spans.period_start and spans.period_end
    cross join lateral (values (spans.yot), ('all')) as cells (cell_yot)
    group by cells.cell_yot, spans.span, spans.quarter, cohort_groups.definition, cohort_groups.ethnicity_group
),

cohorts as (
    select
        cell_yot,
        span,
        quarter,
        definition,
        bool_and(is_closed) as is_closed
    from cell_groups
    group by cell_yot, span, quarter, definition
),

counts as (
    select
        cells.cell_yot,
        stage_children.span,
        stage_children.quarter,
        stage_children.stage,
        'none' as definition,
        stage_children.ethnicity_group,
        count(*) as children
    from stage_children
    cross join lateral (values (stage_children.yot), ('all')) as cells (cell_yot)
    group by
        cells.cell_yot,
        stage_children.span,
        stage_children.quarter,
        stage_children.stage,
        stage_children.ethnicity_group

    union all

    select
        yot,
        span,
        quarter,
        'population',
        'none',
        ethnicity_group,
        population
    from populations

    union all

    select
        cell_groups.cell_yot,
        cell_groups.span,
        cell_groups.quarter,
        stages.stage,
        cell_groups.definition,
        cell_groups.ethnicity_group,
        stages.children
    from cell_groups
    cross join
        lateral (
            values ('cohort', cell_groups.children), ('reoffenders', cell_groups.reoffenders)
        ) as stages (stage, children)
),

groups as (
    select distinct
        cell_yot,
        span,
        quarter,
        ethnicity_group
    from counts
),

stage_cells as (
    select
        span_cells.*,
        stages.stage,
        stages.base_stage,
        'none' as definition
    from span_cells
    cross join (
        values
        ('first_time_entrants', 'population'),
        ('remand', 'population'),
        ('substantive_outcome', 'population'),
        ('cautioned', 'substantive_outcome'),
        ('knife', 'substantive_outcome'),
        ('sentenced', 'substantive_outcome'),
        ('custody', 'sentenced')
    ) as stages (stage, base_stage)

    union all

    select
        span_cells.cell_yot,
        span_cells.span,
        span_cells.quarter,
        span_cells.period_start,
        span_cells.period_end,
        span_cells.is_complete and cohorts.is_closed,
        'reoffenders',
        'cohort',
        cohorts.definition
    from span_cells
    inner join cohorts
        on
            span_cells.cell_yot = cohorts.cell_yot
            and span_cells.span = cohorts.span
            and span_cells.quarter = cohorts.quarter
),

counted as (
    select
        stage_cells.*,
        groups.ethnicity_group,
        {{ names_a_group('groups.ethnicity_group') }} as names_a_group,
        coalesce(of_stage.children, 0)::numeric as children,
        -- where the list has no groups, nothing is known of the population; whoever else is not there is nobody
        case
            when stage_cells.base_stage = 'population' then of_base.children
            else coalesce(of_base.children, 0)
        end::numeric as base_children,
        populations.population,
        populations.base_year,
        populations.population_source
    from stage_cells
    inner join groups
        on
            stage_cells.cell_yot = groups.cell_yot
            and stage_cells.span = groups.span
            and stage_cells.quarter = groups.quarter
    left join counts as of_stage
        on
            stage_cells.cell_yot = of_stage.cell_yot
            and stage_cells.span = of_stage.span
            and stage_cells.quarter = of_stage.quarter
            and stage_cells.stage = of_stage.stage
            and stage_cells.definition = of_stage.definition
            and groups.ethnicity_group = of_stage.ethnicity_group
    left join counts as of_base
        on
            stage_cells.cell_yot = of_base.cell_yot
            and stage_cells.span = of_base.span
            and stage_cells.quarter = of_base.quarter
            and stage_cells.base_stage = of_base.stage
            and stage_cells.definition = of_base.definition
            and groups.ethnicity_group = of_base.ethnicity_group
    left join populations
        on
            stage_cells.cell_yot = populations.yot
            and stage_cells.span = populations.span
            and stage_cells.quarter = populations.quarter
            and groups.ethnicity_group = populations.ethnicity_group
),

against_white as (
    select
        *,
        coalesce(max(children) filter (where ethnicity_group = 'White') over stage_groups, 0) as white_children,
        coalesce(
            max(base_children) filter (where ethnicity_group = 'White') over stage_groups,
            case when base_stage <> 'population' then 0 end
        ) as white_base_children,
        case
            when names_a_group
                then children / nullif(sum(children) filter (where names_a_group) over stage_groups, 0)
        end as share,
        population / nullif(sum(population) over stage_groups, 0)::numeric as population_share
    from counted
    window stage_groups as (partition by cell_yot, span, quarter, stage, definition)
),

compared as (
    select
        *,
        names_a_group
        and base_children is not null
        and white_base_children is not null
        and least(children, base_children, white_children, white_base_children)
        < {{ var('minimum_count') }} as is_hidden
    from against_white
),

with_index as (
    select
        *,
        case
            when names_a_group and not is_hidden
                then children * white_base_children / nullif(base_children * white_children, 0)
        end as relative_rate_index,
        case
            when ethnicity_group <> 'White'
                then {{ log_ratio_error('children', 'base_children', 'white_children', 'white_base_children') }}
        end as standard_error
    from compared
),

final as (
    select
        cell_yot collate "C" as yot,
        span,
        quarter,
        period_start,
        period_end,
        is_complete,
        stage collate "C" as stage,
        base_stage collate "C" as base_stage,
        definition collate "C" as definition,
        ethnicity_group collate "C" as ethnicity_group,
        children::integer as children,
        base_children::integer as base_children,
        round(children / nullif(base_children, 0), 6)::numeric(9, 6) as rate,
        white_children::integer as white_children,
        white_base_children::integer as white_base_children,
        round(relative_rate_index, 6)::numeric(15, 6) as relative_rate_index,
        round(relative_rate_index * exp(-{{ z_95() }} * standard_error), 6)::numeric(15, 6)
            as relative_rate_index_low,
        round(relative_rate_index * exp({{ z_95() }} * standard_error), 6)::numeric(15, 6)
            as relative_rate_index_high,
        is_hidden,
        round(share, 6)::numeric(9, 6) as share,
        round(population_share, 6)::numeric(9, 6) as population_share,
        round(100 * (share - population_share), 4)::numeric(9, 4) as gap_points,
        population,
        base_year,
        population_source
    from with_index
)

select * from final
