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

-- a bit for each source, so that two groups are compared at once
contending_records as (
    select
        numbered_records.person_key,
        numbered_records.record_key,
        numbered_records.record_number,
        (
            2 ^ (
                dense_rank() over (
                    partition by numbered_records.person_key
                    order by numbered_records.delivery_source
                ) - 1
            )
        )::bigint as source_bit
    from numbered_records
    inner join contending_people on numbered_records.person_key = contending_people.person_key
),

records_in_turn as (
    select
        person_key,
        array_agg(record_key order by record_number) as record_keys,
        array_agg(record_number order by record_number) as record_numbers,
        array_agg(source_bit order by record_number) as source_bits
    from contending_records
    group by person_key
),

-- A step is a pair that joins, and those before it that do not: a person has fewer joins than records, however many pairs.
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
                records_in_turn.record_numbers as group_numbers,
                -- of a group, at the number that it goes by
                records_in_turn.source_bits as group_sources

            union all

            select
                coalesce(joining.pair_number, next_pairs.last_number) as pairs_seen,
                case
                    when joining.pair_number is null then walk.group_numbers
                    else array_replace(walk.group_numbers, joining.later_group, joining.earlier_group)
                end,
                case
                    when joining.pair_number is null then walk.group_sources
                    else
                        walk.group_sources[:joining.earlier_group - 1]
                        || (
                            walk.group_sources[joining.earlier_group] | walk.group_sources[joining.later_group]
                        )
                        || walk.group_sources[joining.earlier_group + 1:]
                end
            from walk
            cross join
                lateral (
                    select least(walk.pairs_seen + 100, cardinality(pairs_in_turn.lower_numbers)) as last_number
                ) as next_pairs
            cross join
                lateral (
                    select min(pair_numbers.pair_number) as pair_number
                    from generate_series(walk.pairs_seen + 1, next_pairs.last_number) as pair_numbers (pair_number)
                    where
                        walk.group_sources[walk.group_numbers[pairs_in_turn.lower_numbers[pair_numbers.pair_number]]]
                        & walk.group_sources[
                            walk.group_numbers[pairs_in_turn.higher_numbers[pair_numbers.pair_number]]
                        ]
                        = 0
                ) as first_that_joins
            cross join
                lateral (
                    select
                        first_that_joins.pair_number,
                        walk.group_numbers[pairs_in_turn.lower_numbers[first_that_joins.pair_number]] as lower_group,
                        walk.group_numbers[pairs_in_turn.higher_numbers[first_that_joins.pair_number]] as higher_group
                ) as joining_groups
            cross join
                lateral (
                    select
                        joining_groups.pair_number,
                        least(joining_groups.lower_group, joining_groups.higher_group) as earlier_group,
                        greatest(joining_groups.lower_group, joining_groups.higher_group) as later_group
                ) as joining
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
