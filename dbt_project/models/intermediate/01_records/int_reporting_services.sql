-- Which services send a table, be it empty (P2, R9). An incremental build finds them as they were: one that would change
-- them takes up everybody.
{{ config(materialized="incremental", incremental_strategy="append", indexes=[]) }}

with supplied_tables as (
    select * from {{ source('identity', 'supplied_table') }}
),

final as (
    select
        table_name,
        source
    from supplied_tables
    where known_from <= {{ known_as_of() }} and not {{ takes_up_some() }}
)

select * from final
