-- Which services send a table at all (P2, R9). An incremental build finds them as they were: one that would change them
-- takes up everybody.
{{ config(materialized="incremental", incremental_strategy="append", indexes=[]) }}

with children as (
    select * from {{ ref('stg_yot__child') }}
),

care_episodes as (
    select * from {{ ref('stg_yot__care_episode') }}
),

ete_placements as (
    select * from {{ ref('stg_yot__ete_placement') }}
),

reported as (
    select
        'child' as table_name,
        source,
        known_from
    from children
    union all
    select
        'care_episode',
        source,
        known_from
    from care_episodes
    union all
    select
        'ete_placement',
        source,
        known_from
    from ete_placements
),

final as (
    select distinct
        table_name,
        source
    from reported
    where known_from <= {{ known_as_of() }} and not {{ takes_up_some() }}
)

select * from final
