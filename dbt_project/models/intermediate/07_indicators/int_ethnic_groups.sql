-- I5: the ethnic group of a person at every stage: that of the record that was last changed, of those that name a group.
-- One group for all stages, so that a stage's children are among those of its base.
with child_versions as (
    select * from {{ affected(ref('int_child_versions')) }}
),

ethnicities as (
    select * from {{ source('reference', 'ethnicity') }}
    where reference_hash = '{{ var("reference_hash") }}'
),

final as (
    select distinct on (child_versions.person_key)
        child_versions.person_key,
        ethnicities.ethnicity_group
    from child_versions
    inner join ethnicities on child_versions.ethnicity = ethnicities.ethnicity
    order by
        child_versions.person_key,
        {{ names_a_group('ethnicities.ethnicity_group') }} desc,
        child_versions.known_from desc,
        child_versions.source,
        child_versions.record_number
)

select * from final
