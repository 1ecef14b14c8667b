{# Statistics of a table just built; a view has none, and a few rows more or less need none. #}
{% macro analyze_table() -%}
    {%- if model.config.materialized != 'view' and not takes_up_some() -%} analyze {{ this }} {%- endif -%}
{%- endmacro %}
