-- What the build before said of the people whom this one takes up, as far as the summaries by cohort read it: a row per
-- fact. It is kept before anything is made anew, so that what has changed can be told afterwards.
{{ config(indexes=[]) }}

{% set days_after = var('days_after', none) %}

{% if execute and days_after is none %}
    select
        null::text as definition,
        null::text as cohort,
        null::text as fact
    where false
{% else %}
    select * from
        {{ facts_of_members(
            source('last_candidate', 'cohort_member'),
            source('last_candidate', 'reoffence'),
            source('last_build', 'int_member_flags'),
            source('last_build', 'int_member_factors'),
            source('last_build', 'int_member_programmes'),
            "date '" ~ days_after ~ "'"
        ) }} as facts
{% endif %}
