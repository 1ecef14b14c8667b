-- E6: the quarters of which indicators are told, and the twelve months that end with each: of a service from the quarter
-- of the first proof that is its (P2), up to the as-of day. An area that sends nothing is no service: its children are
-- nobody's, and it has no population that the rates of all could be over.
{{ config(materialized='table', indexes=[]) }}

with proofs as (
    select * from {{ ref('int_offence_proofs') }}
    where proof_sources = 'cms;pnc' and proof_date is not null
),

offence_services as (
    select * from {{ ref('int_offence_services') }}
    where exclusion is null
),

services as (
    select source from {{ ref('int_reporting_services') }}
    where table_name = 'child'
),

periods as (
    select * from {{ ref('int_periods') }}
    where cohort_period = 'quarter'
),

begun as (
    select
        offence_services.yot,
        {{ period_start('min(proofs.proof_date)', "'quarter'") }} as first_day
    from proofs
    inner join offence_services
        on
            proofs.offence_uid = offence_services.offence_uid
            and proofs.proof_date = offence_services.day
    inner join services on offence_services.yot = services.source
    group by offence_services.yot
),

spans as (
    select
        'quarter' as span,
        cohort as quarter,
        cohort_start as period_start,
        cohort_end as period_end
    from periods

    union all

    select
        'year',
        cohort,
        {{ add_months('cohort_start', -9) }},
        cohort_end
    from periods
),

final as (
    select
        begun.yot,
        spans.span collate "C" as span,
        spans.quarter,
        spans.period_start,
        spans.period_end,
        {{ as_of() }} >= spans.period_end as is_complete
    from begun
    inner join spans on begun.first_day <= spans.period_start
)

select * from final
