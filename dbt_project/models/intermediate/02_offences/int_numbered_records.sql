-- O2: the records of each person, numbered in the order in which the rule takes them.
with offence_records as (
    select * from {{ affected(ref('int_offence_records')) }}
    where not is_orphan
),

final as (
    select
        record_key,
        person_key,
        source_system || '/' || source as delivery_source,
        asn,
        cjs_code,
        start_date,
        coalesce(end_date, start_date) as last_date,
        row_number() over (
            partition by person_key
            order by start_date, cjs_code, source_system, source, record_id
        )::integer as record_number
    from offence_records
)

select * from final
