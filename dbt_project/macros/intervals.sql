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

{# R9, I5: standard error of the logarithm of the ratio of two rates, from counts as numeric; null where one of them is 0 or nothing varies. #}
{% macro log_ratio_error(counted, n, other_counted, other_n) -%}
    {%- set variance -%}
        1 / nullif({{ counted }}, 0) - 1 / nullif({{ n }}, 0)
            + 1 / nullif({{ other_counted }}, 0) - 1 / nullif({{ other_n }}, 0)
    {%- endset -%}
    case
        when {{ variance }} > 0 then sqrt({{ variance }})
    end
{%- endmacro %}

{# Variance of the difference of two rates that are one rate, the pooled: of the two-proportion z test. #}
{% macro variance_if_equal(rate, n, other_rate, other_n) -%}
    (({{ rate }} * {{ n }} + {{ other_rate }} * {{ other_n }}) / ({{ n }} + {{ other_n }}))
    * (1 - ({{ rate }} * {{ n }} + {{ other_rate }} * {{ other_n }}) / ({{ n }} + {{ other_n }}))
    * (1 / {{ n }} + 1 / {{ other_n }})
{%- endmacro %}

{# Whether two rates differ by more than chance at 95 %: z, squared, so that two rates of 0, or of 1, do not differ. #}
{% macro beyond_chance(rate, n, other_rate, other_n) -%}
    ({{ rate }} - {{ other_rate }}) * ({{ rate }} - {{ other_rate }})
    > {{ z_95() }} * {{ z_95() }} * {{ variance_if_equal(rate, n, other_rate, other_n) }}
{%- endmacro %}

{# Two-sided p value of a z: the complementary error function by Chebyshev's fit (Press et al., Numerical Recipes, erfcc),
   right to 1.2 parts in ten millions. Postgres has the function itself only from version 16. #}
{% macro two_sided_p(z) -%}
    {%- set t = '(1 / (1 + abs(' ~ z ~ ') / (2 * sqrt(2.0))))' -%}
    {{ t }} * exp(
        - ({{ z }}) * ({{ z }}) / 2 - 1.26551223
        + {{ t }} * (1.00002368 + {{ t }} * (0.37409196 + {{ t }} * (0.09678418 + {{ t }} * (-0.18628806
        + {{ t }} * (0.27886807 + {{ t }} * (-1.13520398 + {{ t }} * (1.48851587 + {{ t }} * (-0.82215223
        + {{ t }} * 0.17087277))))))))
    )
{%- endmacro %}
