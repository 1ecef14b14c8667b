-- E4, T2, R2: one row per child, definition, cohort and service: the index event, the windows and the state.
with entries as (
    select * from {{ affected(ref('int_entries')) }}
    where exclusion is null
),

definitions as (
    select * from {{ ref('int_definitions') }}
),

with_windows as (
    select
        entries.*,
        definitions.proof_sources,
        {{ add_months('entries.entry_date', 'definitions.follow_up_months') }} as follow_up_end,
        {{ add_months('entries.entry_date', 'definitions.follow_up_months + definitions.waiting_months') }} as proof_end
    from entries
    inner join definitions on entries.definition = definitions.definition
),

final as (
    select
        definition || '/' || cohort || '/' || yot || '/' || person_key as member_key,
        yot || '/' || person_key || '/' || entry_date as day_key,
        definition,
        cohort,
        cohort_start,
        cohort_end,
        yot,
        person_key,
        entry_date as index_date,
        entry_kind,
        entry_uid,
        offence_uid as index_offence_uid,
        outcome as index_outcome,
        tier as index_tier,
        offence_group as index_offence_group,
        seriousness as index_seriousness,
        sex,
        age_at_entry as age_at_index,
        proof_sources,
        follow_up_end,
        proof_end,
        count(*) over (partition by definition, cohort, person_key) > 1 as is_in_several_services,
        case
            when {{ as_of() }} <= follow_up_end then 'in_follow_up'
            when {{ as_of() }} <= proof_end then 'awaiting_outcomes'
            else 'closed'
        end collate "C" as state
    from with_windows
)

select * from final
