"""The indicators beside reoffending over the sample: each counted again in another way from the records as staged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from live_tracker.settings import Settings
from tests.deliver import fetch_as
from tests.night import build, request
from tests.sample_data.nights import write_sample

pytestmark = pytest.mark.slow

MARTS = ("first_time_entrants", "custody", "remand", "ete", "serious_violence", "disproportionality")


@pytest.fixture(scope="module")
def built(new_warehouse: Callable[[], Settings], project: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A warehouse in which the candidate of a sample stands."""
    settings = new_warehouse()
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, children=150, services=2, seed=4)
    build(settings, request(settings, folder / "deliveries", project / "definitions"))
    return settings


@pytest.mark.parametrize("mart", MARTS)
def test_each_mart_tells_of_services_and_of_all(built: Settings, mart: str) -> None:
    found = fetch_as(built, "publisher", f"SELECT DISTINCT yot FROM candidate.{mart} ORDER BY yot")
    assert found == [("all",), ("northborough",), ("wolverhampton",)]


@pytest.mark.parametrize("mart", [mart for mart in MARTS if mart != "ete"])
def test_a_year_is_told_where_its_four_quarters_are(built: Settings, mart: str) -> None:
    query = f"""
        WITH told AS (
            SELECT DISTINCT yot, span, quarter, left(quarter, 4)::integer * 4 + right(quarter, 1)::integer AS number
            FROM candidate.{mart}
        ),

        quarters_of AS (
            SELECT years.quarter, (
                SELECT count(*) FROM told AS quarters
                WHERE quarters.span = 'quarter' AND quarters.yot = years.yot
                    AND quarters.number BETWEEN years.number - 3 AND years.number
            ) AS quarters
            FROM told AS years WHERE years.span = 'year'
        )

        SELECT count(*) > 0, count(*) FILTER (WHERE quarters <> 4) FROM quarters_of
    """
    assert fetch_as(built, "publisher", query) == [(True, 0)]


@pytest.mark.parametrize(
    ("mart", "count"),
    [("first_time_entrants", "first_time_entrants"), ("custody", "custodial_sentences"), ("custody", "sentences")],
)
def test_a_year_is_the_sum_of_its_quarters(built: Settings, mart: str, count: str) -> None:
    query = f"""
        SELECT count(*), count(*) FILTER (WHERE years.{count} <> (
            SELECT sum(quarters.{count}) FROM candidate.{mart} AS quarters
            WHERE quarters.yot = years.yot AND quarters.span = 'quarter'
                AND quarters.period_start BETWEEN years.period_start AND years.period_end
        ))
        FROM candidate.{mart} AS years WHERE years.span = 'year' AND years.yot <> 'all'
    """
    ((years, differing),) = fetch_as(built, "publisher", query)
    assert years > 50
    assert differing == 0


def test_a_year_of_orders_is_the_sum_of_the_quarters_in_which_any_ended(built: Settings) -> None:
    """A quarter in which no order ended has no band, and so no row."""
    query = """
        WITH orders AS (
            SELECT yot, span, period_start, period_end, sum(orders_at_end) AS orders
            FROM candidate.ete WHERE age_group = 'all' AND yot <> 'all'
            GROUP BY yot, span, period_start, period_end
        )

        SELECT count(*), count(*) FILTER (WHERE years.orders <> (
            SELECT sum(quarters.orders) FROM orders AS quarters
            WHERE quarters.yot = years.yot AND quarters.span = 'quarter'
                AND quarters.period_start BETWEEN years.period_start AND years.period_end
        ))
        FROM orders AS years WHERE years.span = 'year'
    """
    ((years, differing),) = fetch_as(built, "publisher", query)
    assert years > 20
    assert differing == 0


def test_nobody_enters_twice(built: Settings) -> None:
    """Over the quarters there are as many entrants as children whose first proof of all made them one."""
    ((entrants,),) = fetch_as(
        built,
        "publisher",
        "SELECT sum(first_time_entrants) FROM candidate.first_time_entrants WHERE yot = 'all' AND span = 'quarter'",
    )
    ((children, first),) = fetch_as(
        built,
        "transformer",
        """
        SELECT count(*), count(*) FILTER (WHERE outcome_date = (
            SELECT min(proof_date) FROM intermediate.int_offence_proofs AS proofs
            WHERE proofs.person_key = first_outcomes.person_key AND proof_sources = 'cms;pnc'
        )) FROM intermediate.int_first_outcomes AS first_outcomes WHERE is_entrant
        """,
    )
    assert entrants == children == first > 50


def test_nights_on_remand_are_the_days_on_which_a_child_was_in(built: Settings) -> None:
    """Night by night: one begins on each day on which an episode holds the child, or between two a day apart."""
    nights = fetch_as(
        built,
        "transformer",
        """
        WITH episodes AS (
            SELECT person_key, start_date, coalesce(CASE WHEN end_date <= run.day THEN end_date END, run.day) AS end_date
            FROM staging.stg_yot__custody_episode
            CROSS JOIN (SELECT max(as_of) AS day FROM ops.run) AS run
            WHERE kind = 'REMAND' AND known_to IS NULL AND NOT is_deleted AND start_date <= run.day
                AND person_key IN (SELECT person_key FROM intermediate.int_remands)
        ),

        counted AS (
            SELECT DISTINCT episodes.person_key, night::date AS night
            FROM episodes
            CROSS JOIN LATERAL generate_series(
                start_date,
                end_date - 1 + (EXISTS (
                    SELECT FROM episodes AS next
                    WHERE next.person_key = episodes.person_key AND next.start_date = episodes.end_date + 1
                ))::integer,
                interval '1 day'
            ) AS night
        )

        SELECT to_char(night, 'YYYY"Q"Q'), count(*) FROM counted GROUP BY 1 ORDER BY 1
        """,
    )
    found = fetch_as(
        built,
        "publisher",
        "SELECT quarter, nights FROM candidate.remand "
        "WHERE yot = 'all' AND span = 'quarter' AND dimension = 'all' AND nights > 0 ORDER BY quarter",
    )
    assert found == nights
    assert len(found) > 5


def test_children_of_a_stage_are_those_that_other_marts_tell_of(built: Settings) -> None:
    """Of services: remanded children are those of `remand`, the children of a cohort those of its breakdown by group."""
    remands = """
        SELECT sum(stage.children), count(*) FILTER (WHERE stage.children <> remand.children)
        FROM (
            SELECT yot, span, quarter, sum(children) AS children FROM candidate.disproportionality
            WHERE stage = 'remand' AND yot <> 'all' GROUP BY yot, span, quarter
        ) AS stage
        INNER JOIN candidate.remand USING (yot, span, quarter) WHERE dimension = 'all'
    """
    cohorts = """
        SELECT sum(stage.children), count(*) FILTER (
            WHERE (stage.base_children, stage.children, stage.rate)
                IS DISTINCT FROM (breakdown.children, breakdown.reoffenders, breakdown.binary_rate)
        )
        FROM candidate.disproportionality AS stage
        LEFT JOIN candidate.cohort_breakdown AS breakdown
            ON (stage.definition, stage.quarter, stage.yot) = (breakdown.definition, breakdown.cohort, breakdown.yot)
            AND breakdown.dimension = 'ethnicity_group' AND breakdown.value = stage.ethnicity_group
        WHERE stage.stage = 'reoffenders' AND stage.span = 'quarter' AND stage.yot <> 'all' AND stage.base_children > 0
    """
    for query in (remands, cohorts):
        [(told, different)] = fetch_as(built, "publisher", query)
        assert told > 0
        assert different == 0


def test_programmes_of_the_caseload_are_those_that_hold_the_day(built: Settings) -> None:
    [(as_of,)] = fetch_as(built, "publisher", "SELECT as_of FROM ops.run")
    query = f"""
        SELECT listed.open_programmes, listed.open_programme_types, (
            SELECT count(*) || ' ' || coalesce(string_agg(DISTINCT programme_type, ';' ORDER BY programme_type), '')
            FROM staging.stg_yot__programme
            WHERE source = listed.yot AND person_key = listed.person_key AND known_to IS NULL AND NOT is_deleted
                AND start_date <= '{as_of}' AND coalesce(end_date >= '{as_of}', true)
        )
        FROM candidate.caseload AS listed
    """
    listed = fetch_as(built, "transformer", query)
    assert [f"{number} {types or ''}" for number, types, _ in listed] == [expected for _, _, expected in listed]
    assert {number > 1 for number, _, _ in listed} == {True, False}


def test_the_caseload_is_of_children_with_days_left(built: Settings) -> None:
    ((rows, without_days, late),) = fetch_as(
        built,
        "publisher",
        "SELECT count(*), count(*) FILTER (WHERE days_left < 0), count(*) FILTER (WHERE last_reoffence_date > follow_up_end) "
        "FROM candidate.caseload",
    )
    assert rows > 10
    assert (without_days, late) == (0, 0)


def test_new_arrests_came_lately(built: Settings) -> None:
    ((rows, services),) = fetch_as(
        built, "publisher", "SELECT count(*), count(DISTINCT yot) FROM candidate.new_arrests"
    )
    assert rows > 10
    assert services == 2
