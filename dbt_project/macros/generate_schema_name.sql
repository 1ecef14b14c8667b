{# Schemas are named for their layer; a dev target puts its own name before them. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set layer = (custom_schema_name or target.schema) | trim -%}
    {{ layer if target.name == 'prod' else target.schema ~ '_' ~ layer }}
{%- endmacro %}
