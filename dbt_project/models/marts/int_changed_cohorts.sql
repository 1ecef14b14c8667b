-- The cohorts that a night's build sums up anew: those of which a fact of a member has come, gone or changed, and those of
-- which a member comes by a milestone (R6). None, where everybody is taken up.
{{ config(materialized='table', schema='intermediate', contract={'enforced': false}) }}

{% set days_after = var('days_after', none) %}

with facts_before as (
    select * from {{ ref('int_member_facts_before') }}
),

{% if execute and days_after is none %}
    final as (
        select
            definition,
            cohort
        from facts_before
    )
{% else %}
    members as (
        select * from {{ ref('cohort_member') }}
    ),

    definitions as (
        select * from {{ source('reference', 'cohort_definition') }}
        where definitions_hash = '{{ var("definitions_hash") }}'
    ),

    facts as (
        select * from
            {{ facts_of_members(
                ref('cohort_member'),
                ref('reoffence'),
                ref('int_member_flags'),
                ref('int_member_factors'),
                ref('int_member_programmes'),
                as_of()
            ) }} as of_this_build
    ),

    gone as (
        select * from facts_before
        except all
        select * from facts
    ),

    come as (
        select * from facts
        except all
        select * from facts_before
    ),

    milestones as (
        select
            definition,
            unnest(milestones)::integer as month
        from definitions
    ),

    final as (
        select
            definition,
            cohort
        from gone

        union

        select
            definition,
            cohort
        from come

        union

        select
            members.definition,
            members.cohort
        from members
        inner join milestones on members.definition = milestones.definition
        where
            {{ add_months('members.index_date', 'milestones.month') }} > date '{{ days_after }}'
            and {{ add_months('members.index_date', 'milestones.month') }} <= {{ as_of() }}
    )
{% endif %}

select * from final
