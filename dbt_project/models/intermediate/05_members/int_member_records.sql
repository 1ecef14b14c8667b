-- R9: team, ward, SEN and ethnic group from the child's record in force on the index date, else the first that starts
-- after it; the member's own service before others.
with member_days as (
    select * from {{ affected(ref('int_member_days')) }}
),

child_versions as (
    select * from {{ affected(ref('int_child_versions')) }}
),

ethnicities as (
    select * from {{ source('reference', 'ethnicity') }}
    where reference_hash = '{{ var("reference_hash") }}'
),

final as (
    select distinct on (member_days.day_key)
        member_days.day_key,
        member_days.person_key,
        child_versions.team,
        child_versions.ward_code,
        child_versions.sen_status,
        ethnicities.ethnicity_group
    from member_days
    inner join child_versions
        on
            member_days.person_key = child_versions.person_key
            and {{ in_force_or_first_after('child_versions', 'member_days.index_date') }}
    left join ethnicities on child_versions.ethnicity = ethnicities.ethnicity
    order by
        member_days.day_key,
        child_versions.source <> member_days.yot,
        {{ in_force_first('child_versions', 'member_days.index_date') }},
        child_versions.source,
        child_versions.record_number
)

select * from final
