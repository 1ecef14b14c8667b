{# The condition for the rows of a model that may have a twin since this build; none where all of it was made anew. #}
{% macro made_anew(model, columns) -%}
    {%- if execute and var('changes_after', none) is not none -%}
        {%- set config = (graph.nodes.values() | selectattr('resource_type', 'equalto', 'model')
            | selectattr('name', 'equalto', model.identifier) | first).config -%}
        {#- by name: a model tested stands after both already, and a ref would make the first wait for the last -#}
        {%- set schema = generate_schema_name('intermediate', none) -%}
        {%- set people = 'person_key = any(array(select person_key from ' ~ schema ~ '.int_affected_people))' -%}
        {%- set grain = columns | join(', ') -%}
        {%- set strategy = config.incremental_strategy if config.materialized == 'incremental' -%}
        {%- if strategy == 'changed_cohorts' -%}
            where (definition, cohort) in (select definition, cohort from {{ schema }}.int_changed_cohorts)
        {%- elif strategy == 'affected_people' and 'person_key' in columns -%}
            where {{ people }}
        {%- elif strategy == 'affected_people' -%}
            where ({{ grain }}) in (select {{ grain }} from {{ model }} where {{ people }})
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
