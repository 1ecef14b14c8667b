-- O2: which records are one offence. Pairs are taken in the order (pass, lower record, higher record); a pair joins
-- two groups if together they hold no two records of one source.
with offence_records as (
    select * from {{ ref('int_offence_records') }}
    where not is_orphan
),

pairs as (
    select * from {{ ref('int_offence_record_pairs') }}
),

numbered as (
    select
        record_key,
        person_key,
        source_system || '/' || source as delivery_source,
        row_number() over (
            partition by person_key
            order by start_date, cjs_code, source_system, source, record_id
        )::integer as record_number
    from offence_records
),

pair_ends as (
    select
        person_key,
        lower_number as record_number
    from pairs
    union all
    select
        person_key,
        higher_number
    from pairs
),

ends_by_record as (
    select
        person_key,
        record_number,
        count(*) as pairs
    from pair_ends
    group by person_key, record_number
),

-- A pair whose two records are in no other pair needs no walk: nothing contends with it.
uncontended as (
    select
        pairs.person_key,
        pairs.lower_number,
        pairs.higher_number
    from pairs
    inner join ends_by_record as lower_end
        on
            pairs.person_key = lower_end.person_key
            and pairs.lower_number = lower_end.record_number
            and lower_end.pairs = 1
    inner join ends_by_record as higher_end
        on
            pairs.person_key = higher_end.person_key
            and pairs.higher_number = higher_end.record_number
            and higher_end.pairs = 1
),

contended as (
    select
        pairs.person_key,
        array_agg(pairs.lower_number order by pairs.pass, pairs.lower_number, pairs.higher_number) as lower_numbers,
        array_agg(pairs.higher_number order by pairs.pass, pairs.lower_number, pairs.higher_number) as higher_numbers
    from pairs
    where not exists (
        select from uncontended
        where
            pairs.person_key = uncontended.person_key
            and pairs.lower_number = uncontended.lower_number
            and pairs.higher_number = uncontended.higher_number
    )
    group by pairs.person_key
),

contended_people as (
    select
        contended.person_key,
        contended.lower_numbers,
        contended.higher_numbers,
        array_agg(numbered.delivery_source order by numbered.record_number) as delivery_sources,
        array_agg(numbered.record_number order by numbered.record_number) as record_numbers
    from contended
    inner join numbered on contended.person_key = numbered.person_key
    group by contended.person_key, contended.lower_numbers, contended.higher_numbers
),

walked as (
    select
        contended_people.person_key,
        taken.record_number,
        taken.group_number
    from contended_people
    cross join lateral (
        with recursive walk as (
            select
                0 as pairs_seen,
                contended_people.record_numbers as group_numbers

            union all

            select
                walk.pairs_seen + 1,
                case
                    when exists (
                        select
                        from unnest(walk.group_numbers, contended_people.delivery_sources)
                            as of_lower (group_number, delivery_source)
                        inner join unnest(walk.group_numbers, contended_people.delivery_sources)
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
            cross join lateral (
                select
                    contended_people.lower_numbers[walk.pairs_seen + 1] as lower_number,
                    contended_people.higher_numbers[walk.pairs_seen + 1] as higher_number
            ) as next_pair
            where walk.pairs_seen < cardinality(contended_people.lower_numbers)
        ),

        walked_to_the_end as (
            select group_numbers from walk
            order by pairs_seen desc
            limit 1
        )

        select
            numbers.record_number,
            numbers.group_number
        from walked_to_the_end
        cross join unnest(walked_to_the_end.group_numbers) with ordinality as numbers (group_number, record_number)
    ) as taken
),

grouped as (
    select
        numbered.record_key,
        numbered.person_key,
        coalesce(walked.group_number, uncontended.lower_number, numbered.record_number) as group_number
    from numbered
    left join walked
        on
            numbered.person_key = walked.person_key
            and numbered.record_number = walked.record_number
            and walked.group_number <> walked.record_number
    left join uncontended
        on numbered.person_key = uncontended.person_key and numbered.record_number = uncontended.higher_number
),

final as (
    select
        record_key,
        person_key,
        min(record_key) over (partition by person_key, group_number) as offence_uid
    from grouped
)

select * from final
