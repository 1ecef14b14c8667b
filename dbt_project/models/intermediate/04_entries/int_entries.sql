-- E4 and E6: every entry event with its cohort, the child's age and, if it does not enter, the reason. The entry that
-- counts is the first eligible one of a child per definition, period and service.
with definitions as (
    select * from {{ ref('int_definitions') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

people as (
    select * from {{ affected(source('identity', 'person')) }}
    where
        known_from <= {{ known_as_of() }}
        and (known_to is null or {{ known_as_of() }} < known_to)
),

events as (
    select * from {{ affected(ref('int_entries_by_outcome')) }}
    union all
    select * from {{ affected(ref('int_entries_by_release')) }}
    union all
    select * from {{ affected(ref('int_entries_by_flag')) }}
),

with_cohort as (
    select
        events.*,
        periods.cohort,
        periods.cohort_start,
        periods.cohort_end,
        people.sex,
        {{ age_on('events.entry_date', 'people.date_of_birth') }} as age_at_entry,
        case
            when events.exclusion is not null then events.exclusion
            when periods.cohort is null then 'outside_period'
            when
                {{ age_on('events.entry_date', 'people.date_of_birth') }}
                not between definitions.min_age and definitions.max_age
                then 'age'
        end as reason
    from events
    inner join definitions on events.definition = definitions.definition
    inner join people on events.person_key = people.person_key
    left join periods
        on
            definitions.cohort_period = periods.cohort_period
            and {{ period_start('events.entry_date', 'definitions.cohort_period') }} = periods.cohort_start
            and events.entry_date <= periods.cohort_end
),

ranked as (
    select
        *,
        row_number() over (
            partition by definition, cohort, yot, person_key, reason is null
            order by
                entry_date,
                entry_kind = 'release' desc,
                gravity desc nulls last,
                seriousness desc nulls last,
                source_system,
                source,
                record_id
        ) as entry_number
    from with_cohort
),

final as (
    select
        definition,
        cohort,
        cohort_start,
        cohort_end,
        yot,
        person_key,
        entry_date,
        entry_kind,
        entry_uid,
        offence_uid,
        outcome,
        tier,
        gravity,
        offence_group,
        seriousness,
        sex,
        age_at_entry,
        case
            when reason is not null then reason
            when entry_number > 1 then 'entered_already'
        end collate "C" as exclusion
    from ranked
)

select * from final
