-- One row per service and arrest or summons of a child whom it has on record, made in the twelve months before the as-of
-- day and known for less than 92 days: what a case audit asks after. Which of them are new since the release before is
-- for the view of a release to say.
with arrests as (
    select * from {{ ref('int_arrests') }}
    where
        known_on > {{ known_as_of() }} - 92
        and process_date > {{ add_months(as_of(), -12) }}
),

child_versions as (
    select * from {{ ref('int_child_versions') }}
),

members as (
    select * from {{ ref('cohort_member') }}
    where state = 'in_follow_up'
),

on_record as (
    select distinct
        source as yot,
        person_key
    from child_versions
),

followed as (
    select distinct
        yot,
        person_key
    from members
),

final as (
    select
        on_record.yot,
        (arrests.source || '/' || arrests.asn) collate "C" as arrest_key,
        arrests.person_key,
        arrests.process_stage,
        arrests.process_date,
        arrests.known_on,
        arrests.offences,
        arrests.max_seriousness,
        arrests.is_in_case_record,
        followed.person_key is not null as is_in_follow_up
    from arrests
    inner join on_record on arrests.person_key = on_record.person_key
    left join followed on on_record.yot = followed.yot and on_record.person_key = followed.person_key
)

select * from final
