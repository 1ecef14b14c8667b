{# The condition for the rows of a model that may have a twin since this build; none where all of it was made anew. People
   come as an array where that goes down to the indexed tables of a view, else to be hashed: candidates have no index. #}
{% macro made_anew(model, columns) -%}
    {%- if execute and var('changes_after', none) is not none -%}
        {%- set config = (graph.nodes.values() | selectattr('resource_type', 'equalto', 'model')
            | selectattr('name', 'equalto', model.identifier) | first).config -%}
        {%- set grain = columns | join(', ') -%}
        {%- set strategy = config.incremental_strategy if config.materialized == 'incremental' -%}
        {%- if strategy == 'changed_cohorts' -%}
            where (definition, cohort) in (select definition, cohort from {{ of_this_build('int_changed_cohorts') }})
        {%- elif config.materialized == 'view' and 'person_key' in columns -%}
            where person_key = any(array(select person_key from {{ of_this_build('int_affected_people') }}))
        {%- elif strategy == 'affected_people' and 'person_key' in columns -%}
            where person_key in (select person_key from {{ of_this_build('int_affected_people') }})
        {%- elif strategy == 'affected_people' -%}
            where ({{ grain }}) in (
                select {{ grain }} from {{ model }}
                where person_key in (select person_key from {{ of_this_build('int_affected_people') }})
            )
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# The rows of a person-keyed relation that a data test asks for: those of the people whom this build took up. What a night
   left as it was, was tested when it was made. affected() is for models: a test is never incremental, and has no ref. #}
{% macro taken_up(relation) -%}
    {%- if execute and var('changes_after', none) is not none -%}
        (
            select *
            from {{ relation }}
            where person_key = any(array(select person_key from {{ of_this_build('int_affected_people') }}))
        )
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# By name: whatever is tested stands after these already, and by a ref a test would be one of theirs, and wait or be waited
   for. #}
{% macro of_this_build(model) -%}
    {{ generate_schema_name('intermediate', none) }}.{{ model }}
{%- endmacro %}
