-- O2: pairs of records of different sources that may be one offence, each at the first pass that finds it.
-- Records of a person are numbered in the order in which the rule takes them.
with offence_records as (
    select * from {{ ref('int_offence_records') }}
    where not is_orphan
),

outcome_records as (
    select * from {{ ref('int_outcome_records') }}
),

outcome_days as (
    select
        record_key,
        array_agg(distinct outcome_date) as days
    from outcome_records
    where source_system = 'cms' or is_final
    group by record_key
),

numbered as (
    select
        offence_records.person_key,
        offence_records.source_system,
        offence_records.source,
        offence_records.asn,
        offence_records.cjs_code,
        offence_records.start_date,
        coalesce(offence_records.end_date, offence_records.start_date) as last_date,
        outcome_days.days as outcome_days,
        row_number() over (
            partition by offence_records.person_key
            order by
                offence_records.start_date,
                offence_records.cjs_code,
                offence_records.source_system,
                offence_records.source,
                offence_records.record_id
        )::integer as record_number
    from offence_records
    left join outcome_days on offence_records.record_key = outcome_days.record_key
),

under_one_number as (
    select
        lower_record.person_key,
        lower_record.record_number as lower_number,
        higher_record.record_number as higher_number,
        case
            when
                lower_record.cjs_code = higher_record.cjs_code
                and lower_record.start_date = higher_record.start_date
                then 1
            when lower_record.start_date = higher_record.start_date then 2
            when
                lower_record.cjs_code = higher_record.cjs_code
                and (
                    higher_record.start_date - lower_record.start_date <= 7
                    or higher_record.start_date <= lower_record.last_date
                )
                then 3
        end as pass
    from numbered as lower_record
    inner join numbered as higher_record
        on
            lower_record.person_key = higher_record.person_key
            and lower_record.asn = higher_record.asn
            and lower_record.record_number < higher_record.record_number
            and (lower_record.source_system, lower_record.source)
            <> (higher_record.source_system, higher_record.source)
),

without_a_number as (
    select
        lower_record.person_key,
        lower_record.record_number as lower_number,
        higher_record.record_number as higher_number,
        4 as pass
    from numbered as lower_record
    inner join numbered as higher_record
        on
            lower_record.person_key = higher_record.person_key
            and lower_record.cjs_code = higher_record.cjs_code
            and lower_record.start_date = higher_record.start_date
            and lower_record.record_number < higher_record.record_number
            and (lower_record.asn is null or higher_record.asn is null)
            and (lower_record.source_system, lower_record.source)
            <> (higher_record.source_system, higher_record.source)
    where
        lower_record.outcome_days is null
        or higher_record.outcome_days is null
        or exists (
            select
            from unnest(lower_record.outcome_days) as lower_outcome (day)
            cross join unnest(higher_record.outcome_days) as higher_outcome (day)
            where abs(lower_outcome.day - higher_outcome.day) <= 7
        )
),

final as (
    select * from under_one_number
    where pass is not null
    union all
    select * from without_a_number
)

select * from final
