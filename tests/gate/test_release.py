"""Publication: whole or not at all, for exactly the checked candidate."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import psycopg2
import pytest

from live_tracker import database, runs
from live_tracker.database import connect
from live_tracker.fences import Overtaken
from live_tracker.release import publish as publishing
from live_tracker.release.gate import run_gate
from live_tracker.release.hashing import GRAINS, PRACTICE, candidate_hash, table_hashes
from live_tracker.release.publish import NotPublished, answers, current_release, publish

if TYPE_CHECKING:
    from tests.gate.conftest import Night

PUBLISHED = "SELECT channel, release_id FROM release.pointer ORDER BY channel"
SEEN = "SELECT (SELECT min(release_id) FROM analytics.{0}), (SELECT max(release_id) FROM analytics.{0})"
ANALYTICS = [table for table in GRAINS if table not in PRACTICE]


def test_the_first_release_is_live_and_on_the_board(night: Night) -> None:
    run_gate(night.settings, night.run_key)

    release_id = night.publish()

    assert release_id == "2024-06-25.1"
    assert night.rows(PUBLISHED) == [("board", release_id), ("live", release_id)]
    assert night.rows("SELECT status, release_id, message FROM ops.run") == [("published", release_id, None)]
    assert night.rows("SELECT gate_result, gate_warnings FROM release.release") == [("passed", [])]


def test_the_next_release_is_numbered_on_and_leaves_the_board(night: Night) -> None:
    first = night.release()
    second = night.another_run("second run").release()

    assert second == "2024-06-25.2"
    assert night.rows(PUBLISHED) == [("board", first), ("live", second)]


def test_a_release_holds_the_rows_of_its_candidate_and_their_stamps(night: Night) -> None:
    with connect(night.settings, "publisher") as connection:
        candidate = table_hashes(connection)
    release_id = night.release()
    with connect(night.settings, "migrator") as connection:
        assert table_hashes(connection, release_id) == candidate
    for table in GRAINS:
        assert night.rows(f"SELECT DISTINCT release_id, as_of_date FROM release.{table}") == [
            (release_id, dt.date(2024, 6, 25))
        ]
    assert night.rows("SELECT candidate_hash, table_hashes FROM release.release") == [
        (candidate_hash(candidate), candidate)
    ]


def test_the_hash_knows_rows_and_not_their_order_or_the_order_of_columns(night: Night) -> None:
    def digest() -> dict[str, str]:
        with connect(night.settings, "publisher") as connection:
            return table_hashes(connection)

    before = digest()
    night.execute(
        """
        CREATE TABLE candidate.turned AS
        SELECT found_in, seniority.* FROM candidate.reoffence AS seniority ORDER BY offence_key DESC;
        """.replace(
            "found_in, seniority.*",
            "seriousness, found_in, offence_group, tier, outcome, outcome_date, "
            "offence_date, offence_key, person_key, yot, cohort, definition",
        )
    )
    night.execute(
        "DROP TABLE candidate.reoffence; ALTER TABLE candidate.turned RENAME TO reoffence; "
        "GRANT SELECT ON candidate.reoffence TO publisher"
    )
    assert digest() == before

    night.execute("UPDATE candidate.reoffence SET seriousness = 5 WHERE offence_key = 'offence-2'")
    after = digest()
    assert after["reoffence"] != before["reoffence"]
    assert after["cohort_member"] == before["cohort_member"]
    assert candidate_hash(after) != candidate_hash(before)


def test_the_same_run_twice_makes_one_release(night: Night) -> None:
    release_id = night.release()

    assert night.publish() == release_id
    assert night.rows("SELECT count(*) FROM release.release") == [(1,)]


def change_candidate(night: Night) -> None:
    night.pass_gate()
    night.execute("UPDATE candidate.cohort_member SET team = 'Team B' WHERE person_key = 'child-2'")


def gate_of_another_candidate(night: Night) -> None:
    night.execute("UPDATE candidate.cohort_member SET team = 'Team B' WHERE person_key = 'child-2'")
    night.pass_gate()
    night.execute("UPDATE candidate.cohort_member SET team = 'Team A' WHERE person_key = 'child-2'")


def closed_gate(night: Night) -> None:
    night.pass_gate()
    night.execute("UPDATE ops.gate_result SET success = false", role="publisher")


def gate_of_another_run(night: Night) -> None:
    night.another_run("another run").pass_gate()


def late_delivery(night: Night) -> None:
    night.pass_gate()
    night.execute(
        "INSERT INTO ops.delivery VALUES "
        "('d6', 'yot', 'westvale', 2, 0, '2024-06-25', 'full', 'f', true, 'another night', now())"
    )


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (change_candidate, "not the one that the gate checked"),
        (gate_of_another_candidate, "not the one that the gate checked"),
        (closed_gate, "the gate is closed"),
        (gate_of_another_run, "no gate has checked"),
        (late_delivery, "deliveries have landed since"),
    ],
)
def test_only_the_candidate_that_passed_is_published(night: Night, spoil: Callable[[Night], None], reason: str) -> None:
    spoil(night)

    with pytest.raises(NotPublished, match=reason):
        night.publish()

    assert night.rows(PUBLISHED) == []
    assert night.rows("SELECT count(*) FROM release.release") == [(0,)]


def test_an_overtaken_run_publishes_nothing(night: Night) -> None:
    night.pass_gate()
    stale = night.claim()
    night.another_run("newer run").claim()

    with pytest.raises(Overtaken):
        publish(night.settings, night.run_key, stale, allow_older_as_of=False)

    assert night.rows(PUBLISHED) == []


def test_a_refused_publication_leaves_the_old_release_answering(night: Night) -> None:
    first = night.release()
    change_candidate(second := night.another_run("second run"))

    with pytest.raises(NotPublished):
        second.publish()

    assert night.rows(SEEN.format("cohort_member"), role="analyst") == [(first, first)]


def test_an_earlier_as_of_date_replaces_a_later_one_only_on_purpose(night: Night) -> None:
    first = night.release()
    earlier = night.another_run("earlier day", as_of=dt.date(2024, 6, 24))
    earlier.pass_gate()

    with pytest.raises(NotPublished, match="moves back"):
        earlier.publish()
    assert night.rows(PUBLISHED) == [("board", first), ("live", first)]

    release_id = earlier.publish(allow_older_as_of=True)
    assert release_id == "2024-06-24.1"
    assert night.rows(PUBLISHED) == [("board", first), ("live", release_id)]
    ((message,),) = night.rows("SELECT message FROM ops.run WHERE run_key = 'earlier day'")
    assert message == f"the as-of date moves back, from 2024-06-25 (release {first}) to 2024-06-24"


def test_the_live_release_answers_the_run_that_asks_for_the_same(night: Night) -> None:
    with connect(night.settings, "publisher") as connection:
        assert current_release(connection) is None
        assert answers(connection, runs.get(connection, night.run_key)) is None
    release_id = night.release()
    night.another_run("the same again")
    night.another_run("another day", as_of=dt.date(2024, 6, 24))

    with connect(night.settings, "publisher") as connection:
        assert current_release(connection) == current_release(connection, "board") == release_id
        assert answers(connection, runs.get(connection, "the same again")) == release_id
        assert answers(connection, runs.get(connection, "another day")) is None
    for column in ("deliveries_hash", "definitions_hash", "reference_hash", "code_version"):
        night.execute(f"UPDATE ops.run SET {column} = 'other' WHERE run_key = 'the same again'")
        with connect(night.settings, "publisher") as connection:
            assert answers(connection, runs.get(connection, "the same again")) is None
        night.execute(f"UPDATE ops.run SET {column} = release.{column} FROM release.release AS release")


def test_the_release_says_what_its_sources_delivered_lack_and_refused(night: Night) -> None:
    night.execute(
        f"""
        INSERT INTO ops.delivery_attempt (run_key, feed, source, folder, outcome, reason, attempted_at) VALUES
            ('{night.run_key}', 'yot', 'westvale', 'yot/westvale/2024-06-25', 'refused', 'sha256', now()),
            ('{night.run_key}', 'yot', 'northvale', 'yot/northvale/2024-06-25', 'refused', 'encoding', now()),
            ('an earlier night', 'pnc', '20', 'pnc/20/2024-06-25', 'refused', 'rows', now());
        """
    )
    release_id = night.release()

    assert night.rows(
        "SELECT feed, source, last_extract_date::text, last_sequence, last_revision, deliveries, missing_sequences, "
        "is_confirmed, refused FROM release.source_state ORDER BY feed, source"
    ) == [
        ("pnc", "20", "2024-06-25", 3, 0, 1, [], True, []),
        ("yot", "eastvale", "2024-06-25", 10, 0, 2, [8, 9], True, []),
        ("yot", "northvale", None, None, None, 0, [], True, ["yot/northvale/2024-06-25: encoding"]),
        ("yot", "westvale", "2024-06-24", 1, 0, 1, [], False, ["yot/westvale/2024-06-25: sha256"]),
    ]
    assert night.rows(
        "SELECT channel, release_id, missing_sequences_by_source, unconfirmed_sources, is_current "
        "FROM board.release ORDER BY channel",
        role="board",
    ) == [
        ("board", release_id, {"yot/eastvale": [8, 9]}, ["yot/westvale"], True),
        ("live", release_id, {"yot/eastvale": [8, 9]}, ["yot/westvale"], True),
    ]


def test_an_open_snapshot_keeps_seeing_the_release_it_began_with(night: Night) -> None:
    first = night.release()
    with connect(night.settings, "analyst") as connection, connection.cursor() as cursor:
        connection.set_session(isolation_level="REPEATABLE READ")
        cursor.execute("SELECT count(*) FROM board.release")
        second = night.another_run("second run").release()
        for table in ANALYTICS:
            cursor.execute(f"SELECT DISTINCT release_id FROM analytics.{table}")
            assert cursor.fetchall() == [(first,)]

    for table in ANALYTICS:
        assert night.rows(f"SELECT DISTINCT release_id FROM analytics.{table}", role="analyst") == [(second,)]


def test_readers_never_see_a_mix_while_releases_are_published(night: Night) -> None:
    night.release()
    finished = threading.Event()
    seen: list[set[str]] = []
    counts: list[int] = []

    def read() -> None:
        connection = psycopg2.connect(database.role_url(night.settings, "analyst"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            while not finished.is_set():
                cursor.execute(
                    "SELECT release_id FROM analytics.cohort_member UNION ALL "
                    "SELECT release_id FROM analytics.reoffence UNION ALL "
                    "SELECT release_id FROM analytics.cohort_summary"
                )
                releases = [row[0] for row in cursor.fetchall()]
                counts.append(len(releases))
                seen.append(set(releases))
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        last = [night.another_run(f"run {number}").release() for number in range(2, 9)][-1]
    finally:
        finished.set()
        reader.join()

    assert last == "2024-06-25.8"
    assert len({release_id for releases in seen for release_id in releases}) > 1
    assert all(len(releases) == 1 for releases in seen)
    assert len(set(counts)) == 1


def test_a_transaction_left_open_does_not_keep_a_release_back(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "LONGEST_WAIT", 0.05)
    night.release()
    with connect(night.settings, "analyst") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM analytics.cohort_member")
        second = night.another_run("second run").release()
        cursor.execute("SELECT DISTINCT release_id FROM analytics.cohort_member")
        assert cursor.fetchall() == [(second,)]


def test_a_publication_that_was_interrupted_goes_on_where_it_stopped(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = night.release()
    second = night.another_run("second run")
    second.pass_gate()

    def die(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "_let_older_statements_end", die)
        with pytest.raises(KeyboardInterrupt):
            second.publish()
    assert night.rows(PUBLISHED) == [("board", first), ("live", first)]

    assert second.publish() == "2024-06-25.2"
    assert night.rows(PUBLISHED) == [("board", first), ("live", "2024-06-25.2")]
    assert night.rows("SELECT count(*) FROM release.release") == [(2,)]
