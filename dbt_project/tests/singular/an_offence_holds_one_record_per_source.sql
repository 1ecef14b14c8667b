-- O2: an offence holds at most one record of each delivery source.
select count(*) as offences
from {{ ref('int_offence_groups') }} as offence_groups
inner join {{ ref('int_offence_records') }} as offence_records
    on offence_groups.record_key = offence_records.record_key
group by offence_groups.offence_uid, offence_records.source_system, offence_records.source
having count(*) > 1
