-- The definitions in force, each with its tiers.
with definitions as (
    select * from {{ source('reference', 'cohort_definition') }}
    where definitions_hash = '{{ var("definitions_hash") }}'
),

tiers as (
    select * from {{ source('reference', 'cohort_definition_tier') }}
    where definitions_hash = '{{ var("definitions_hash") }}'
),

final as (
    select
        definitions.definition,
        definitions.cohort_period,
        definitions.min_age,
        definitions.max_age,
        definitions.entry,
        definitions.entry_filter,
        definitions.entry_flags,
        definitions.follow_up_months,
        definitions.waiting_months,
        definitions.proof_sources collate "C" as proof_sources,
        coalesce(array_agg(tiers.tier order by tiers.tier) filter (where tiers.role = 'entry'), '{}') as entry_tiers,
        coalesce(array_agg(tiers.tier order by tiers.tier) filter (where tiers.role = 'proof'), '{}') as proof_tiers
    from definitions
    left join tiers on definitions.definition = tiers.definition
    group by
        definitions.definition,
        definitions.cohort_period,
        definitions.min_age,
        definitions.max_age,
        definitions.entry,
        definitions.entry_filter,
        definitions.entry_flags,
        definitions.follow_up_months,
        definitions.waiting_months,
        definitions.proof_sources
)

select * from final
