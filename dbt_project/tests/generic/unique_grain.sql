{# The grain of a model: no two rows with the same values of these columns. Tells counts, never keys. #}
{% test unique_grain(model, columns) %}
select count(*) as repeated_rows
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
