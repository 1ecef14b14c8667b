-- O2: which records are one offence. Pairs are taken in the order (pass, lower record, higher record); a pair joins
-- two groups if together they hold no two records of one source.
with numbered_records as (
    select * from {{ affected(ref('int_numbered_records')) }}
),

pairs as (
    select * from {{ affected(ref('int_offence_record_pairs')) }}
),

pair_ends as (
    select
        person_key,
        lower_key as record_key
    from pairs
    union all
    select
        person_key,
        higher_key
    from pairs
),

-- Where no record of a person is in two pairs nothing contends, and every pair is one offence.
contending_people as (
    select person_key
    from pair_ends
    group by person_key
    having count(*) > count(distinct record_key)
),

pairs_in_turn as (
    select
        pairs.person_key,
        array_agg(pairs.lower_number order by pairs.pass, pairs.lower_number, pairs.higher_number) as lower_numbers,
        array_agg(pairs.higher_number order by pairs.pass, pairs.lower_number, pairs.higher_number) as higher_numbers
    from pairs
    inner join contending_people on pairs.person_key = contending_people.person_key
    group by pairs.person_key
),

records_in_turn as (
    select
        numbered_records.person_key,
        array_agg(numbered_records.record_key order by numbered_records.record_number) as record_keys,
        array_agg(numbered_records.record_number order by numbered_records.record_number) as record_numbers,
        array_agg(numbered_records.delivery_source order by numbered_records.record_number) as delivery_sources
    from numbered_records
    inner join contending_people on numbered_records.person_key = contending_people.person_key
    group by numbered_records.person_key
),

walked as (
    select
        taken.record_key,
        records_in_turn.record_keys[taken.group_number] as first_key
    from records_in_turn
    inner join pairs_in_turn on records_in_turn.person_key = pairs_in_turn.person_key
    cross join lateral (
        with recursive walk as (
            select
                0 as pairs_seen,
                records_in_turn.record_numbers as group_numbers

            union all

            select
                walk.pairs_seen + 1,
                case
                    when exists (
                        select
                        from
                            unnest(walk.group_numbers, records_in_turn.delivery_sources)
                                as of_lower (group_number, delivery_source)
                        inner join
                            unnest(walk.group_numbers, records_in_turn.delivery_sources)
                                as of_higher (group_number, delivery_source)
                            on of_lower.delivery_source = of_higher.delivery_source
                        where
                            of_lower.group_number = walk.group_numbers[next_pair.lower_number]
                            and of_higher.group_number = walk.group_numbers[next_pair.higher_number]
                    ) then walk.group_numbers
                    else array_replace(
                        walk.group_numbers,
                        greatest(
                            walk.group_numbers[next_pair.lower_number], walk.group_numbers[next_pair.higher_number]
                        ),
                        least(
                            walk.group_numbers[next_pair.lower_number], walk.group_numbers[next_pair.higher_number]
                        )
                    )
                end
            from walk
            cross join
                lateral (
                    select
                        pairs_in_turn.lower_numbers[walk.pairs_seen + 1] as lower_number,
                        pairs_in_turn.higher_numbers[walk.pairs_seen + 1] as higher_number
                ) as next_pair
            where walk.pairs_seen < cardinality(pairs_in_turn.lower_numbers)
        ),

        walked_to_the_end as (
            select group_numbers from walk
            order by pairs_seen desc
            limit 1
        )

        select
            ends.record_key,
            ends.group_number
        from walked_to_the_end
        cross join unnest(records_in_turn.record_keys, walked_to_the_end.group_numbers)
            as ends (record_key, group_number)
    ) as taken
),

grouped as (
    select
        numbered_records.record_key,
        numbered_records.person_key,
        coalesce(walked.first_key, pairs.lower_key, numbered_records.record_key) as first_key
    from numbered_records
    left join walked on numbered_records.record_key = walked.record_key
    left join pairs on walked.record_key is null and numbered_records.record_key = pairs.higher_key
),

final as (
    select
        record_key,
        person_key,
        min(record_key) over (partition by first_key) as offence_uid
    from grouped
)

select * from final
