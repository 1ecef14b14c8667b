-- One row per definition, cohort, service and child whose follow-up goes on: how far it is, what is pending, the last
-- reoffence, the risk as it was at the index date and as it is now, and the programmes that the child is in.
with members as (
    select * from {{ ref('cohort_member') }}
    where state = 'in_follow_up'
),

reoffences as (
    select * from {{ ref('reoffence') }}
),

latest_assessments as (
    select * from {{ ref('int_latest_assessments') }}
),

open_programmes as (
    select * from {{ ref('int_open_programmes') }}
),

last_reoffences as (
    select
        definition,
        cohort,
        yot,
        person_key,
        max(offence_date) as last_reoffence_date
    from reoffences
    group by definition, cohort, yot, person_key
),

final as (
    select
        members.definition,
        members.cohort,
        members.yot,
        members.person_key,
        members.index_date,
        members.follow_up_end,
        {{ as_of() }} - members.index_date as days_gone,
        members.follow_up_end - {{ as_of() }} as days_left,
        members.pending_offences,
        members.reoffences,
        last_reoffences.last_reoffence_date,
        members.likelihood_of_reoffending as likelihood_at_index,
        coalesce(latest_assessments.likelihood_of_reoffending, 'Not known') as likelihood_latest,
        members.rosh as rosh_at_index,
        coalesce(latest_assessments.rosh, 'Not known') as rosh_latest,
        coalesce(
            case sign({{ level_order('latest_assessments.rosh') }} - {{ level_order('members.rosh') }})
                when -1 then 'lower'
                when 0 then 'same'
                when 1 then 'higher'
            end,
            'Not known'
        ) as rosh_change,
        latest_assessments.assessment_date as last_assessed_on,
        coalesce(open_programmes.open_programmes, 0)::integer as open_programmes,
        open_programmes.open_programme_types
    from members
    left join last_reoffences
        on
            members.definition = last_reoffences.definition
            and members.cohort = last_reoffences.cohort
            and members.yot = last_reoffences.yot
            and members.person_key = last_reoffences.person_key
    left join latest_assessments on members.person_key = latest_assessments.person_key
    left join open_programmes on members.yot = open_programmes.yot and members.person_key = open_programmes.person_key
)

select * from final
