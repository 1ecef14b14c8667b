-- O2: pairs of records of different sources that may be one offence, each at the first pass that finds it.
with numbered_records as (
    select * from {{ affected(ref('int_numbered_records')) }}
),

outcome_records as (
    select * from {{ affected(ref('int_outcome_records')) }}
),

outcome_days as (
    select
        record_key,
        array_agg(distinct outcome_date) as days
    from outcome_records
    where source_system = 'cms' or is_final or tier = 'diversion'
    group by record_key
),

under_one_number as (
    select
        lower_record.person_key,
        lower_record.record_key as lower_key,
        higher_record.record_key as higher_key,
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
    from numbered_records as lower_record
    inner join numbered_records as higher_record
        on
            lower_record.person_key = higher_record.person_key
            and lower_record.asn = higher_record.asn
            and lower_record.record_number < higher_record.record_number
            and lower_record.delivery_source <> higher_record.delivery_source
),

without_a_number as (
    select
        lower_record.person_key,
        lower_record.record_key as lower_key,
        higher_record.record_key as higher_key,
        lower_record.record_number as lower_number,
        higher_record.record_number as higher_number,
        4 as pass
    from numbered_records as lower_record
    inner join numbered_records as higher_record
        on
            lower_record.person_key = higher_record.person_key
            and lower_record.cjs_code = higher_record.cjs_code
            and lower_record.start_date = higher_record.start_date
            and lower_record.record_number < higher_record.record_number
            and (lower_record.asn is null or higher_record.asn is null)
            and lower_record.delivery_source <> higher_record.delivery_source
    left join outcome_days as lower_outcomes on lower_record.record_key = lower_outcomes.record_key
    left join outcome_days as higher_outcomes on higher_record.record_key = higher_outcomes.record_key
    where
        lower_outcomes.days is null
        or higher_outcomes.days is null
        or exists (
            select
            from unnest(lower_outcomes.days) as lower_outcome (day)
            cross join unnest(higher_outcomes.days) as higher_outcome (day)
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
