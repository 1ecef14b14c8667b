-- R9: education, training and employment on the index date: hours attended, else offered, over the placements that
-- cover the day, against 25 hours at school age and 16 above it; suitable only if all of them are.
with member_days as (
    select * from {{ affected(ref('int_member_days')) }}
),

people as (
    select * from {{ affected(source('identity', 'person')) }}
    where
        known_from <= {{ known_as_of() }}
        and (known_to is null or {{ known_as_of() }} < known_to)
),

ete_placements as (
    select * from {{ affected(ref('stg_yot__ete_placement')) }}
),

placements as (
    select * from ete_placements
    where {{ in_force('ete_placements') }} and start_date <= {{ as_of() }}
),

services_that_say as (
    select source from {{ ref('int_reporting_services') }}
    where table_name = 'ete_placement'
),

covering as (
    select
        member_days.day_key,
        count(*) filter (where placements.provision_type <> 'NEET') as placements,
        sum(coalesce(placements.hours_attended, placements.hours_offered))
        filter (where placements.provision_type <> 'NEET') as hours,
        bool_and(coalesce(placements.suitability = 'SUITABLE', false))
        filter (where placements.provision_type <> 'NEET') as is_suitable
    from member_days
    inner join placements
        on
            member_days.person_key = placements.person_key
            and placements.start_date <= member_days.index_date
            and (placements.end_date is null or placements.end_date >= member_days.index_date)
    group by member_days.day_key
),

final as (
    select
        member_days.day_key,
        member_days.person_key,
        case
            when services_that_say.source is null and covering.placements is null then 'Not known'
            when coalesce(covering.placements, 0) = 0 then 'NEET'
            when covering.hours is null then 'Not known'
            else
                case
                    when
                        covering.hours
                        >= case
                            when member_days.index_date <= {{ end_of_compulsory_school('people.date_of_birth') }} then 25
                            else 16
                        end
                        then 'Full time, '
                    else 'Part time, '
                end
                || case when covering.is_suitable then 'suitable' else 'unsuitable' end
        end collate "C" as ete_band
    from member_days
    inner join people on member_days.person_key = people.person_key
    left join services_that_say on member_days.yot = services_that_say.source
    left join covering
        on member_days.day_key = covering.day_key
)

select * from final
