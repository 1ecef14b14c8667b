-- E1: the first day in each period on which one of the definition's flags holds. Such an entry has no index offence (E5).
with definitions as (
    select * from {{ ref('int_definitions') }}
    where entry = 'flag'
),

child_flags as (
    select * from {{ affected(ref('stg_yot__child_flag')) }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

flags_in_force as (
    select * from child_flags
    where
        {{ in_force('child_flags') }}
        and person_key is not null
        and start_date <= {{ as_of() }}
),

held as (
    select distinct on (definitions.definition, periods.cohort, flags_in_force.source, flags_in_force.person_key)
        definitions.definition,
        flags_in_force.person_key,
        flags_in_force.source as yot,
        greatest(flags_in_force.start_date, periods.cohort_start) as entry_date,
        flags_in_force.flag_id
    from definitions
    inner join flags_in_force on flags_in_force.flag = any(definitions.entry_flags)
    inner join periods
        on
            definitions.cohort_period = periods.cohort_period
            and flags_in_force.start_date <= periods.cohort_end
            and (flags_in_force.end_date is null or flags_in_force.end_date >= periods.cohort_start)
    where flags_in_force.end_date is null or flags_in_force.end_date >= flags_in_force.start_date
    order by
        definitions.definition,
        periods.cohort,
        flags_in_force.source,
        flags_in_force.person_key,
        greatest(flags_in_force.start_date, periods.cohort_start),
        flags_in_force.flag_id
),

final as (
    select
        definition,
        person_key,
        yot,
        entry_date,
        'flag' collate "C" as entry_kind,
        flag_id as entry_uid,
        null::text as offence_uid,
        null::text as outcome,
        null::text as tier,
        null::smallint as gravity,
        null::text as offence_group,
        null::smallint as seriousness,
        'cms' collate "C" as source_system,
        yot as source,
        flag_id as record_id,
        null::text as exclusion
    from held
)

select * from final
