-- The people that an incremental build takes up: those whose records, links or facts were moved since the candidate was
-- built, and those for whom a day has come on which their rows change by themselves. Nobody, where everybody is taken up.
{% set changes_after = var('changes_after', none) %}
{% set days_after = var('days_after', none) %}

with changed_people as (
    select * from {{ source('identity', 'changed_person') }}
),

{% if execute and changes_after is none %}
    final as (
        select person_key from changed_people
        where false
    )
{% else %}
    days_ahead as (
        select * from {{ source('last_build', 'int_days_ahead') }}
    ),

    final as (
        select person_key from changed_people
        where change_number > {{ changes_after }}

        union

        select person_key from days_ahead
        where day > date '{{ days_after }}' and day <= {{ as_of() }}
    )
{% endif %}

select * from final
