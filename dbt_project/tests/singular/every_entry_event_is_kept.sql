-- E4: every entry event is there once, with its reason if it does not enter: eligible + excluded = all.
with events as (
    select entry_uid from {{ ref('int_entries_by_outcome') }}
    union all
    select entry_uid from {{ ref('int_entries_by_release') }}
    union all
    select entry_uid from {{ ref('int_entries_by_flag') }}
),

expected as (
    select count(*) as entries from events
),

kept as (
    select
        count(*) filter (where exclusion is null) as eligible,
        count(*) filter (where exclusion is not null) as excluded
    from {{ ref('int_entries') }}
)

select
    expected.entries,
    kept.eligible,
    kept.excluded
from expected
cross join kept
where expected.entries <> kept.eligible + kept.excluded
