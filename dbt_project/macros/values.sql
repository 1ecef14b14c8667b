{# Text of the feeds, compared byte by byte wherever it goes from here. #}
{% macro text_value(column) -%} {{ column }} collate "C" {%- endmacro %}

{# A flag of the feeds: 0, 1 or unknown. #}
{% macro flag_value(column) -%} ({{ column }} = '1') {%- endmacro %}

{# An arrest/summons number in its long form: the display form YY/FFUU/SS/N..C has its sequence unpadded. #}
{% macro asn_value(column) -%}
    (
        case
            when upper({{ column }}) ~ '^[0-9]{2}/[0-9A-Z]{4,5}/[0-9A-Z]{2}/[0-9]{1,11}[A-Z]$'
                then
                    replace(left(upper({{ column }}), length({{ column }}) - position('/' in reverse({{ column }}))), '/', '')
                    || lpad(regexp_replace(upper({{ column }}), '^.*/', ''), 12, '0')
            else upper({{ column }})
        end
    ) collate "C"
{%- endmacro %}
