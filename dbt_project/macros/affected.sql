{# Whether this build takes up only the people whose rows have changed: it was told since when, and the model stands. #}
{% macro takes_up_some() -%}
    {{ return(var('changes_after', none) is not none and is_incremental()) }}
{%- endmacro %}

{# The rows of a person-keyed relation that a build takes up: all of them, or in an incremental build those of the people
   that int_affected_people names. Every incremental model reads what it is made of through this macro. While dbt only
   reads the project (not execute), here and elsewhere the way is taken on which every model that may be needed is named. #}
{% macro affected(relation) -%}
    {%- if not execute or takes_up_some() -%}
        {%- set people = ref('int_affected_people') -%}
        (
            {% if '.stg_' in relation | string | replace('"', '') -%}
            -- materialized: found by index once, however often a join goes through them
            with found as materialized (
                select of_everybody.*
                from {{ relation }} as of_everybody
                where of_everybody.person_key = any(array(select affected_people.person_key from {{ people }} as affected_people))
            )

            select * from found
            {%- else -%}
            select of_everybody.*
            from {{ relation }} as of_everybody
            -- an array finds them by index, however many the planner takes them for
            where of_everybody.person_key = any(array(select affected_people.person_key from {{ people }} as affected_people))
            {%- endif %}
        ) as of_affected_people
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# The incremental strategy `affected_people`: all rows of these people go, and what the model now says of them comes. #}
{% macro get_incremental_affected_people_sql(arg_dict) -%}
    {{ must_take_up_some() }}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ arg_dict['target_relation'] }}
    where person_key in (select affected_people.person_key from {{ ref('int_affected_people') }} as affected_people);
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}

{# An incremental build that was not told since when has nothing to go by. #}
{% macro must_take_up_some() -%}
    {%- if not takes_up_some() -%}
        {{ exceptions.raise_compiler_error('a build by hand takes up everybody: give dbt --full-refresh') }}
    {%- endif -%}
{%- endmacro %}

{# Joins are hashed. A join over several columns is taken for far fewer rows than it has: looped, it would take a build in
   full for ever, and a few people's rows too long. Only models that read the feeds for a few people are left alone: they
   look a few rows up among many. #}
{% macro plan_joins() -%}
    {%- set reads_feeds = '.stg_' in (model.depends_on.nodes | join(' ')) -%}
    {%- if not (takes_up_some() and reads_feeds) -%} set local enable_nestloop = off {%- endif -%}
{%- endmacro %}
