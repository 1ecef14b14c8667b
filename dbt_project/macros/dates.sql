{# T2: one addition of calendar months to the index date; month ends clip. #}
{% macro add_months(day, months) -%}
    ({{ day }} + make_interval(months => {{ months }}))::date
{%- endmacro %}

{# Whole months from a first day of a month to a last day of one, inclusive; negative where the last lies before it. #}
{% macro months_between(first_day, last_day) -%}
    (
        (extract(year from {{ last_day }} + 1) - extract(year from {{ first_day }})) * 12
        + extract(month from {{ last_day }} + 1) - extract(month from {{ first_day }})
    )::integer
{%- endmacro %}

{# T3: age in whole years on a day; a child born on 29 February ages on 1 March in common years. #}
{% macro age_on(day, date_of_birth) -%}
    (
        extract(year from {{ day }}) - extract(year from {{ date_of_birth }})
        - case
            when
                (extract(month from {{ day }}), extract(day from {{ day }}))
                < (extract(month from {{ date_of_birth }}), extract(day from {{ date_of_birth }}))
                then 1
            else 0
        end
    )::smallint
{%- endmacro %}

{# I1: the day on which a child's age is told: the first hearing, or the outcome; a hearing after the outcome is a slip of the pen. #}
{% macro first_hearing_or(outcome_date, first_hearing_date) -%}
    coalesce(
        case when {{ first_hearing_date }} <= {{ outcome_date }} then {{ first_hearing_date }} end,
        {{ outcome_date }}
    )
{%- endmacro %}

{# E6: first day of the period of that kind that holds the day. #}
{% macro period_start(day, cohort_period) -%}
    case {{ cohort_period }}
        when 'quarter' then date_trunc('quarter', {{ day }})::date
        when 'first_quarter' then date_trunc('year', {{ day }})::date
        when 'calendar_year' then date_trunc('year', {{ day }})::date
        when 'financial_year' then (date_trunc('year', {{ day }} - interval '3 months') + interval '3 months')::date
    end
{%- endmacro %}

{# R9, P2: versions that may speak for a day: in force on it, or starting after it. #}
{% macro in_force_or_first_after(relation, day) -%}
    (
        {{ relation }}.known_from > {{ day }}
        or {{ relation }}.known_to is null
        or {{ day }} < {{ relation }}.known_to
    )
{%- endmacro %}

{# P2: a span of days holds the day: its first belongs to it, its last does not; an end that is not there is open. #}
{% macro holds_on(relation, day) -%}
    (
        ({{ relation }}.from_day is null or {{ relation }}.from_day <= {{ day }})
        and ({{ relation }}.to_day is null or {{ day }} < {{ relation }}.to_day)
    )
{%- endmacro %}

{# R9, P2: the order that puts first the version in force on the day (the latest start, of several), else the first after it. #}
{% macro in_force_first(relation, day) -%}
    {{ relation }}.known_from > {{ day }},
        case when {{ relation }}.known_from > {{ day }} then {{ relation }}.known_from - {{ day }}
            else {{ day }} - {{ relation }}.known_from
        end
{%- endmacro %}

{# R9: last day of school age: the last Friday of June of the school year (1 September to 31 August) of the 16th birthday. #}
{% macro end_of_compulsory_school(date_of_birth) -%}
    (
        make_date(
            extract(year from {{ date_of_birth }})::integer
            + case when extract(month from {{ date_of_birth }}) >= 9 then 17 else 16 end,
            6,
            30
        )
        - (
            (
                extract(
                    isodow from make_date(
                        extract(year from {{ date_of_birth }})::integer
                        + case when extract(month from {{ date_of_birth }}) >= 9 then 17 else 16 end,
                        6,
                        30
                    )
                )::integer + 2
            ) % 7
        )
    )
{%- endmacro %}

{# T4: band of months after the index date, each from just after its start up to and including its end. #}
{% macro reoffence_band(day, index_date) -%}
    case
        when {{ day }} <= {{ add_months(index_date, 3) }} then '0-3'
        when {{ day }} <= {{ add_months(index_date, 6) }} then '3-6'
        when {{ day }} <= {{ add_months(index_date, 9) }} then '6-9'
        when {{ day }} <= {{ add_months(index_date, 12) }} then '9-12'
        when {{ day }} is not null then '12+'
    end
{%- endmacro %}
