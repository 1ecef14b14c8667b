-- The figures of the marts that published ones are put beside: one row per measure, definition, service and period that is
-- not still filling. Indicators have no definition.
{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with cohort_summary as (
    select * from {{ ref('cohort_summary') }}
),

cohort_summary_annual as (
    select * from {{ ref('cohort_summary_annual') }}
),

first_time_entrants as (
    select * from {{ ref('first_time_entrants') }}
),

custody as (
    select * from {{ ref('custody') }}
),

remand as (
    select * from {{ ref('remand') }}
    where dimension = 'all'
),

ete as (
    select * from {{ ref('ete') }}
    where age_group = 'all' and ete_band = 'Full time, suitable'
),

serious_violence as (
    select * from {{ ref('serious_violence') }}
    where dimension = 'all'
),

cohorts as (
    select * from cohort_summary
    union all
    select * from cohort_summary_annual
),

of_cohorts as (
    select
        figures.measure,
        cohorts.definition,
        cohorts.yot,
        cohorts.cohort as period,
        cohorts.cohort_start as period_start,
        cohorts.cohort_end as period_end,
        figures.numerator,
        figures.denominator,
        figures.value,
        cohorts.state,
        cohorts.maturity
    from cohorts
    cross join
        lateral (
            values
            ('binary_rate', cohorts.reoffenders, cohorts.children, cohorts.binary_rate::numeric),
            (
                'reoffences_per_reoffender',
                cohorts.reoffences,
                cohorts.reoffenders,
                cohorts.reoffences_per_reoffender::numeric
            ),
            ('reoffences_per_child', cohorts.reoffences, cohorts.children, cohorts.reoffences_per_child::numeric)
        ) as figures (measure, numerator, denominator, value)
    where cohorts.state <> 'filling'
),

of_spans as (
    select
        figures.measure,
        first_time_entrants.yot,
        first_time_entrants.quarter,
        first_time_entrants.period_start,
        first_time_entrants.period_end,
        first_time_entrants.is_complete,
        figures.numerator,
        figures.denominator,
        figures.value
    from first_time_entrants
    cross join
        lateral (
            values
            (
                'first_time_entrants',
                first_time_entrants.first_time_entrants,
                null::integer,
                first_time_entrants.first_time_entrants::numeric
            ),
            (
                'first_time_entrants_per_100000',
                first_time_entrants.first_time_entrants,
                first_time_entrants.population,
                first_time_entrants.rate_per_100000::numeric
            )
        ) as figures (measure, numerator, denominator, value)

    union all

    select
        figures.measure,
        custody.yot,
        custody.quarter,
        custody.period_start,
        custody.period_end,
        custody.is_complete,
        figures.numerator,
        figures.denominator,
        figures.value
    from custody
    cross join
        lateral (
            values
            ('custodial_sentences', custody.custodial_sentences, null::integer, custody.custodial_sentences::numeric),
            ('custody_per_1000', custody.custodial_sentences, custody.population, custody.rate_per_1000::numeric),
            (
                'custody_share_of_sentences',
                custody.custodial_sentences,
                custody.sentences,
                custody.share_of_sentences::numeric
            )
        ) as figures (measure, numerator, denominator, value)

    union all

    select
        figures.measure,
        remand.yot,
        remand.quarter,
        remand.period_start,
        remand.period_end,
        remand.is_complete,
        figures.numerator,
        figures.denominator,
        figures.value
    from remand
    cross join
        lateral (
            values
            ('remand_children', remand.children, null::integer, remand.children::numeric),
            ('remand_nights', remand.nights, null::integer, remand.nights::numeric),
            ('nights_per_child', remand.nights, remand.children, remand.nights_per_child::numeric),
            ('nights_per_remand', remand.nights, remand.remands, remand.nights_per_remand::numeric)
        ) as figures (measure, numerator, denominator, value)

    union all

    select
        'ete_suitable_at_end',
        yot,
        quarter,
        period_start,
        period_end,
        is_complete,
        orders_at_end,
        orders,
        share_at_end
    from ete

    union all

    select
        figures.measure,
        serious_violence.yot,
        serious_violence.quarter,
        serious_violence.period_start,
        serious_violence.period_end,
        serious_violence.is_complete,
        figures.count,
        null,
        figures.count::numeric
    from serious_violence
    cross join
        lateral (
            values
            ('serious_violence_offences', serious_violence.offences),
            ('serious_violence_children', serious_violence.children)
        ) as figures (measure, count)
),

final as (
    select * from of_cohorts

    union all

    select
        measure,
        null,
        yot,
        quarter,
        period_start,
        period_end,
        numerator,
        denominator,
        value,
        'complete',
        null
    from of_spans
    where is_complete
)

select
    measure,
    definition collate "C" as definition,
    yot,
    period,
    period_start,
    period_end,
    numerator,
    denominator,
    value::numeric(15, 6) as value,
    state,
    maturity::numeric(5, 4) as maturity
from final
-- without a population or an event there is no rate, and nothing to compare
where value is not null
