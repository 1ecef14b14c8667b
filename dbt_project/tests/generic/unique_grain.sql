{# The grain of a model: no two rows with the same values of these columns. Tells counts, never keys. What a night's build
   left as it was, was tested when it was made: only what it made anew is asked for, beside all the rest. #}
{% test unique_grain(model, columns) %}
{%- set grain = columns | join(', ') %}
select count(*) as repeated_rows
from {{ model }}
{{ made_anew(model, columns) }}
group by {{ grain }}
having count(*) > 1
{% endtest %}
