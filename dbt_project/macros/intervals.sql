{# R4: z of a two-sided 95 % interval. #}
{% macro z_95() -%} 1.959963984540054 {%- endmacro %}

{# R4: design effect of a rate over n entries of C children, m entries and y reoffending ones each, never under 1. #}
{% macro design_effect(n, reoffending, children, sum_yy, sum_ym, sum_mm) -%}
    case
        when {{ reoffending }} = 0 or {{ reoffending }} = {{ n }} or {{ children }} < 2 then 1
        else greatest(
            1,
            {{ children }}::numeric / ({{ children }} - 1)
            * (
                {{ sum_yy }}
                - 2 * ({{ reoffending }} / {{ n }}) * {{ sum_ym }}
                + ({{ reoffending }} / {{ n }}) * ({{ reoffending }} / {{ n }}) * {{ sum_mm }}
            )
            / ({{ n }} * ({{ reoffending }} / {{ n }}) * (1 - {{ reoffending }} / {{ n }}))
        )
    end
{%- endmacro %}

{# R4: a bound of the Wilson 95 % interval of a rate over n, as a fraction with six decimals. #}
{% macro wilson_bound(rate, n, sign) -%}
    round(
        least(1, greatest(0,
            (
                {{ rate }} + {{ z_95() }} * {{ z_95() }} / (2 * {{ n }})
                {{ sign }} {{ z_95() }} * sqrt(
                    greatest(0, {{ rate }} * (1 - {{ rate }})) / {{ n }}
                    + {{ z_95() }} * {{ z_95() }} / (4 * {{ n }} * {{ n }})
                )
            )
            / (1 + {{ z_95() }} * {{ z_95() }} / {{ n }})
        )),
        6
    )::numeric(9, 6)
{%- endmacro %}
