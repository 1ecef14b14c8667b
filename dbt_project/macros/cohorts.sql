{# The rows of a relation with definition and cohort that a night's build sums up anew: those of int_changed_cohorts. #}
{% macro of_changed_cohorts(relation) -%}
    {%- if not execute or takes_up_some() -%}
        (
            select of_all_cohorts.*
            from {{ relation }} as of_all_cohorts
            where (of_all_cohorts.definition, of_all_cohorts.cohort) in (
                select
                    changed_cohorts.definition,
                    changed_cohorts.cohort
                from {{ ref('int_changed_cohorts') }} as changed_cohorts
            )
        )
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# The incremental strategy `changed_cohorts`: all cells of these cohorts go, and what the model now says of them comes. #}
{% macro get_incremental_changed_cohorts_sql(arg_dict) -%}
    {{ must_take_up_some() }}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ arg_dict['target_relation'] }}
    where (definition, cohort) in (select definition, cohort from {{ ref('int_changed_cohorts') }});
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}

{# All that the summaries by cohort read of the people whom a build takes up, each row as a text beside its definition and
   cohort. `day` is the as-of day of the build that made the rows. #}
{% macro facts_of_members(members, reoffences, flags, factors, programmes, day) -%}
    (
        with members as (
            select * from {{ members }}
            where person_key in (select person_key from {{ ref('int_affected_people') }})
        )

        select
            definition,
            cohort,
            members::text as fact
        from members

        union all

        select
            definition,
            cohort,
            reoffences::text
        from {{ reoffences }} as reoffences
        where person_key in (select person_key from {{ ref('int_affected_people') }})

        {% for of_days in (flags, factors) -%}
        union all

        select
            members.definition,
            members.cohort,
            of_days::text
        from members
        inner join {{ of_days }} as of_days
            on
                members.person_key = of_days.person_key
                and members.yot = of_days.yot
                and members.index_date = of_days.index_date

        {% endfor -%}
        union all

        select
            members.definition,
            members.cohort,
            programmes::text || (programmes.first_start_date <= {{ day }})
        from members
        inner join {{ programmes }} as programmes
            on
                members.person_key = programmes.person_key
                and members.definition || '/' || members.cohort || '/' || members.yot || '/' || members.person_key
                = programmes.member_key
    )
{%- endmacro %}
