-- The days and services at which a person's characteristics are asked for (R9): index dates of members, and the days of
-- other indicators: the day before a remand, the first and the last of an order, the proof of serious violence.
with members as (
    select * from {{ affected(ref('int_members')) }}
),

remands as (
    select * from {{ affected(ref('int_remands')) }}
),

ended_orders as (
    select * from {{ affected(ref('int_ended_orders')) }}
),

serious_violence as (
    select * from {{ affected(ref('int_serious_violence')) }}
),

unioned as (
    select
        day_key,
        yot,
        person_key,
        index_date
    from members

    union

    select
        day_before_key,
        yot,
        person_key,
        start_date - 1
    from remands

    union

    select
        start_key,
        yot,
        person_key,
        start_date
    from ended_orders

    union

    select
        end_key,
        yot,
        person_key,
        end_date
    from ended_orders

    union

    select
        day_key,
        yot,
        person_key,
        proof_date
    from serious_violence
)

select * from unioned
