{# I1, I2: counts of events per service (and all), quarter and span, over the population of 10 to 17, beside those of a year
   before. `events` has a row per event: yot, day and whether it is counted. `all` is the sum over the services' rows; it
   has a population where every one of them has one, of one year. #}
{% macro rates_over_population(events, per) -%}
    (
        with spans as (
            select * from {{ ref('int_service_spans') }}
        ),

        populations as (
            select * from {{ ref('int_service_populations') }}
        ),

        counted as (
            select
                spans.yot,
                spans.span,
                spans.quarter,
                count(events.day) as events,
                count(events.day) filter (where events.is_counted) as counted
            from spans
            left join {{ events }} as events
                on spans.yot = events.yot and events.day between spans.period_start and spans.period_end
            group by spans.yot, spans.span, spans.quarter
        ),

        of_services as (
            select
                spans.*,
                counted.events,
                counted.counted,
                populations.population,
                populations.base_year,
                populations.population_source
            from spans
            inner join counted
                on spans.yot = counted.yot and spans.span = counted.span and spans.quarter = counted.quarter
            left join populations
                on spans.yot = populations.yot and spans.span = populations.span and spans.quarter = populations.quarter
        ),

        of_all as (
            select
                'all' as yot,
                span,
                quarter,
                period_start,
                period_end,
                is_complete,
                sum(events) as events,
                sum(counted) as counted,
                bool_and(population is not null) and count(distinct base_year) = 1 as has_population,
                sum(population) as population,
                max(base_year) as base_year,
                string_agg(distinct population_source, '; ') as population_source
            from of_services
            group by span, quarter, period_start, period_end, is_complete
        ),

        cells as (
            select
                yot,
                span,
                quarter,
                period_start,
                period_end,
                is_complete,
                events,
                counted,
                population,
                base_year,
                population_source
            from of_services

            union all

            select
                yot,
                span,
                quarter,
                period_start,
                period_end,
                is_complete,
                events,
                counted,
                case when has_population then population end,
                case when has_population then base_year end,
                case when has_population then population_source end
            from of_all
        ),

        final as (
            select
                this_year.yot collate "C" as yot,
                this_year.span,
                this_year.quarter,
                this_year.period_start,
                this_year.period_end,
                this_year.is_complete,
                this_year.events::integer as events,
                this_year.counted::integer as counted,
                this_year.population::integer as population,
                this_year.base_year,
                this_year.population_source,
                round(
                    {{ per }} * this_year.counted::numeric / nullif(this_year.population, 0), 6
                )::numeric(12, 6) as rate,
                last_year.counted::integer as counted_year_before,
                last_year.population::integer as population_year_before,
                last_year.base_year as base_year_year_before,
                round(
                    {{ per }} * last_year.counted::numeric / nullif(last_year.population, 0), 6
                )::numeric(12, 6) as rate_year_before
            from cells as this_year
            left join cells as last_year
                on
                    this_year.yot = last_year.yot
                    and this_year.span = last_year.span
                    and this_year.period_start = {{ add_months('last_year.period_start', 12) }}
        )

        select * from final
    )
{%- endmacro %}

{# The order of the levels that an assessment gives, lowest first; null where nothing is known. #}
{% macro level_order(level) -%}
    array_position(array['LOW', 'MEDIUM', 'HIGH', 'VERY_HIGH'], {{ level }}::text)
{%- endmacro %}

{# I5: whether an ethnic group is one: what is not known, or was not told, is none, and is compared with nobody. #}
{% macro names_a_group(ethnicity_group) -%}
    ({{ ethnicity_group }} not in ('{{ var("groups_that_name_none") | join("', '") }}'))
{%- endmacro %}
