{# The as-of day A of rules.md T1: nothing dated after it exists. #}
{% macro as_of() -%} date '{{ var("as_of") }}' {%- endmacro %}

{# The known-as-of day K of rules.md T1: no delivery with a later extract date exists. #}
{% macro known_as_of() -%} date '{{ var("known_as_of") }}' {%- endmacro %}

{# Rows of a version table that are in force on day K: what every reader of versions asks for. #}
{% macro in_force(relation) -%}
    {{ relation }}.known_from <= {{ known_as_of() }}
        and ({{ relation }}.known_to is null or {{ known_as_of() }} < {{ relation }}.known_to)
        and not {{ relation }}.is_deleted
{%- endmacro %}
