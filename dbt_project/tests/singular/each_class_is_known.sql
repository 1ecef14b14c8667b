-- O7: no record without a class, and no class that the rule does not name.
select count(*) as records
from {{ taken_up(ref('int_offence_record_classes')) }} as record_classes
where
    class is null
    or class not in (
        'orphan', 'paired_to', 'unmapped', 'out_of_area', 'quashed', 'non_conviction', 'no_action', 'diversion',
        'pending', 'breach', 'non_recordable', 'index', 'previous', 'pseudo', 'out_of_window', 'not_proven_in_time',
        'reoffence'
    )
having count(*) > 0
