"""The gate: a good candidate passes, and each critical expectation has a candidate that it stops."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from live_tracker.errors import TrackerError
from live_tracker.home.secrets import secret
from live_tracker.release import gate
from live_tracker.release.gate import GateFailed, run_gate

if TYPE_CHECKING:
    from tests.gate.conftest import Night

MEMBER = "UPDATE candidate.cohort_member SET {} WHERE person_key = 'child-2'"
REOFFENDER = "UPDATE candidate.cohort_member SET {} WHERE person_key = 'child-3'"
REOFFENCE = "UPDATE candidate.reoffence SET {} WHERE offence_key = 'offence-2'"
SUMMARY = "UPDATE candidate.cohort_summary SET {} WHERE cohort = '2022Q4' AND yot = 'westvale'"

PROVEN_KNOWN = (
    "UPDATE candidate.data_quality SET children_proven_with_police_match = {0}, proven_match_rate = {0} / 20.0 "
    "WHERE children_proven = 20"
)

KNOWN_BAD = {
    "members_exist": "DELETE FROM candidate.cohort_member",
    "members_are_unique": "INSERT INTO candidate.cohort_member SELECT * FROM candidate.cohort_member LIMIT 1",
    "members_have_a_definition": MEMBER.format("definition = 'another_set'"),
    "ages_are_within_the_definition": MEMBER.format("age_at_index = 18"),
    "index_dates_are_within_the_cohort": MEMBER.format("index_date = '2023-01-01'"),
    "members_are_known_by_the_as_of_date": "UPDATE candidate.cohort_member SET index_date = '2024-06-26' "
    "WHERE person_key = 'child-5'",
    "windows_follow_the_definition": MEMBER.format("follow_up_end = follow_up_end + 1"),
    "index_tiers_are_known": MEMBER.format("index_tier = 'no_action'"),
    "index_seriousness_is_a_score": MEMBER.format("index_seriousness = 9"),
    "member_states_are_known": MEMBER.format("state = 'filling'"),
    "member_states_follow_from_the_dates": MEMBER.format("state = 'awaiting_outcomes'"),
    "reoffenders_have_reoffences": MEMBER.format("is_reoffender = true"),
    "first_reoffence_columns_are_empty_together": REOFFENDER.format("first_reoffence_band = NULL"),
    "first_reoffences_are_within_the_follow_up": REOFFENDER.format(
        "first_reoffence_date = index_date, days_to_first_reoffence = 0"
    ),
    "bands_are_known": REOFFENDER.format("first_reoffence_band = '12-18'"),
    "bands_follow_from_the_dates": REOFFENDER.format("first_reoffence_band = '0-3'"),
    "seriousness_change_is_the_difference": REOFFENDER.format("seriousness_change = seriousness_change + 1"),
    "counts_are_not_negative": MEMBER.format("previous_offences = -1"),
    "first_time_entrants_have_no_previous_offences": MEMBER.format("previous_offences = 1"),
    "members_agree_with_their_reoffences": REOFFENDER.format("reoffences = reoffences + 1"),
    "reoffences_are_unique": "INSERT INTO candidate.reoffence SELECT * FROM candidate.reoffence LIMIT 1",
    "reoffences_belong_to_members": REOFFENCE.format("person_key = 'child-9'"),
    "reoffences_are_within_the_follow_up": REOFFENCE.format("offence_date = '2022-10-15'"),
    "reoffences_are_proven_in_time": REOFFENCE.format("outcome_date = '2024-04-16'"),
    "reoffences_are_known_by_the_as_of_date": REOFFENCE.format("outcome_date = '2024-06-26'"),
    "reoffences_are_proven_in_a_proof_tier": REOFFENCE.format("tier = 'diversion'"),
    "reoffence_sources_are_known": REOFFENCE.format("found_in = 'court'"),
    "reoffences_are_found_in_the_proof_sources": "UPDATE candidate.reoffence SET found_in = 'cms' "
    "WHERE definition = 'police_only'",
    "reoffence_seriousness_is_a_score": REOFFENCE.format("seriousness = 0"),
    "summaries_exist": "DELETE FROM candidate.cohort_summary",
    "summaries_are_unique": "INSERT INTO candidate.cohort_summary SELECT * FROM candidate.cohort_summary LIMIT 1",
    "reoffenders_are_among_the_children": SUMMARY.format("reoffenders = 2"),
    "reoffences_and_reoffenders_hold_together": SUMMARY.format("reoffences = 0"),
    "rates_are_fractions_within_their_interval": SUMMARY.format("binary_rate = 100, binary_rate_high = 100"),
    "rates_are_their_counts_divided": SUMMARY.format("binary_rate = 0.999999"),
    "summaries_are_the_sum_of_members": "DELETE FROM candidate.cohort_summary WHERE cohort = '2024Q2' AND yot = 'all'",
    "summary_states_are_known": SUMMARY.format("state = 'frozen'"),
    "summary_states_follow_from_the_members": SUMMARY.format("state = 'in_follow_up'"),
    "maturity_is_a_share": SUMMARY.format("maturity = 0.9999"),
    "cohorts_have_begun_by_the_as_of_date": SUMMARY.format("cohort_start = '2024-06-26'"),
    "change_on_year_is_in_points": SUMMARY.format("change_on_year_points = 100.0001"),
    "annual_figures_are_unique": "INSERT INTO candidate.cohort_summary_annual "
    "SELECT * FROM candidate.cohort_summary_annual LIMIT 1",
    "annual_figures_hold_together": "UPDATE candidate.cohort_summary_annual SET distinct_children = 0",
    "annual_figures_are_the_sum_of_quarters": "UPDATE candidate.cohort_summary_annual SET children = children + 1",
    "breakdowns_are_unique": "INSERT INTO candidate.cohort_breakdown SELECT * FROM candidate.cohort_breakdown LIMIT 1",
    "breakdowns_hold_together": "UPDATE candidate.cohort_breakdown SET reoffenders = children + 1",
    "breakdowns_add_up_to_the_cohort": "DELETE FROM candidate.cohort_breakdown "
    "WHERE cohort = '2022Q4' AND dimension = 'tier'",
    "flags_add_up_to_the_cohort": "DELETE FROM candidate.cohort_breakdown WHERE dimension = 'flag:ODOC' AND value = 'no'",
    "times_are_unique": "INSERT INTO candidate.time_to_reoffence SELECT * FROM candidate.time_to_reoffence LIMIT 1",
    "bands_hold_no_more_than_the_reoffenders": "UPDATE candidate.time_to_reoffence SET reoffenders = reoffenders + 1 "
    "WHERE cohort = '2022Q4' AND band = '9-12'",
    "milestones_are_unique": "INSERT INTO candidate.milestone SELECT * FROM candidate.milestone LIMIT 1",
    "milestones_hold_together": "UPDATE candidate.milestone SET children_reached = children + 1",
    "milestones_cover_the_cohort": "DELETE FROM candidate.milestone WHERE cohort = '2022Q4' AND yot = 'westvale'",
    "data_quality_is_unique": "INSERT INTO candidate.data_quality SELECT * FROM candidate.data_quality LIMIT 1",
    "data_quality_holds_together": "UPDATE candidate.data_quality SET children_with_police_match = children + 1",
    "data_quality_adds_up": "UPDATE candidate.data_quality SET offences = offences + 1 WHERE yot = 'all'",
    "chance_is_judged_of_closed_cohorts": SUMMARY.format("is_beyond_chance = true"),
    "chance_is_judged_of_closed_years": "UPDATE candidate.cohort_summary_annual SET is_beyond_chance = false",
    "curves_are_unique": "INSERT INTO candidate.survival SELECT * FROM candidate.survival LIMIT 1",
    "curves_hold_together": "DELETE FROM candidate.survival WHERE cohort = '2022Q4' AND yot = 'westvale' AND day = 9",
    "curves_end_at_the_binary_rate": "DELETE FROM candidate.survival WHERE cohort = '2022Q4' AND yot = 'westvale'",
    "changes_are_unique": "INSERT INTO candidate.seriousness SELECT * FROM candidate.seriousness LIMIT 1",
    "changes_add_up_to_the_reoffenders": "UPDATE candidate.seriousness SET reoffenders = reoffenders + 1, share = 1 "
    "WHERE cohort = '2022Q4' AND change = 'less'",
    "changes_are_shares_of_the_reoffenders": "UPDATE candidate.seriousness SET share = 0.5 WHERE cohort = '2022Q4'",
    "pairs_are_unique": "INSERT INTO candidate.offence_group_matrix SELECT * FROM candidate.offence_group_matrix LIMIT 1",
    "pairs_add_up_to_the_reoffenders": "DELETE FROM candidate.offence_group_matrix "
    "WHERE cohort = '2022Q4' AND yot = 'westvale'",
    "pairs_are_shares_of_their_index_group": "UPDATE candidate.offence_group_matrix SET share = 100",
    "numbers_of_reoffences_are_unique": "INSERT INTO candidate.concentration "
    "SELECT * FROM candidate.concentration LIMIT 1",
    "concentration_adds_up_to_the_cohort": "DELETE FROM candidate.concentration WHERE reoffences_each = 0",
    "concentration_is_in_shares": "UPDATE candidate.concentration SET share_of_children = 100",
    "factors_are_unique": "INSERT INTO candidate.risk_factor SELECT * FROM candidate.risk_factor LIMIT 1",
    "factors_add_up_to_the_cohort": "UPDATE candidate.risk_factor SET children_unknown = 1",
    "risk_ratios_are_their_counts_divided": "UPDATE candidate.risk_factor SET risk_ratio = 1",
    "factors_are_corrected_for_their_number": "UPDATE candidate.risk_factor SET holds_after_correction = true",
    "programmes_are_unique": "INSERT INTO candidate.programme_outcome "
    "SELECT * FROM candidate.programme_outcome LIMIT 1",
    "programmes_hold_together": "UPDATE candidate.programme_outcome SET children = children + 9",
    "programmes_carry_their_caution": "UPDATE candidate.programme_outcome SET caution = ''",
    "entrants_are_unique": "INSERT INTO candidate.first_time_entrants SELECT * FROM candidate.first_time_entrants LIMIT 1",
    "entrants_hold_together": "UPDATE candidate.first_time_entrants SET rate_per_100000 = rate_per_100000 + 1",
    "entrants_add_up": "DELETE FROM candidate.first_time_entrants WHERE yot = 'all' AND span = 'year'",
    "custody_is_unique": "INSERT INTO candidate.custody SELECT * FROM candidate.custody LIMIT 1",
    "custody_holds_together": "UPDATE candidate.custody SET share_of_sentences = 1.1 WHERE yot = 'eastvale'",
    "custody_adds_up": "DELETE FROM candidate.custody WHERE yot = 'eastvale'",
    "remands_are_unique": "INSERT INTO candidate.remand SELECT * FROM candidate.remand LIMIT 1",
    "remands_hold_together": "UPDATE candidate.remand SET children = remands + 1",
    "nights_add_up_over_each_dimension": "DELETE FROM candidate.remand WHERE value = 'SCH'",
    "remands_add_up": "DELETE FROM candidate.remand WHERE yot = 'eastvale' AND dimension = 'all'",
    "orders_are_unique": "INSERT INTO candidate.ete SELECT * FROM candidate.ete LIMIT 1",
    "orders_hold_together": "UPDATE candidate.ete SET share_at_end = 1.1",
    "orders_are_in_one_band_at_either_end": "DELETE FROM candidate.ete WHERE ete_band = 'NEET'",
    "age_groups_add_up": "DELETE FROM candidate.ete WHERE age_group = 'all'",
    "orders_add_up": "DELETE FROM candidate.ete WHERE yot = 'all'",
    "violence_is_unique": "INSERT INTO candidate.serious_violence SELECT * FROM candidate.serious_violence LIMIT 1",
    "violence_holds_together": "UPDATE candidate.serious_violence SET value = '4' WHERE dimension = 'seriousness'",
    "violence_adds_up_over_each_dimension": "DELETE FROM candidate.serious_violence WHERE dimension = 'rosh_latest'",
    "violence_adds_up": "DELETE FROM candidate.serious_violence WHERE yot = 'eastvale'",
    "groups_are_unique": "INSERT INTO candidate.disproportionality SELECT * FROM candidate.disproportionality LIMIT 1",
    "groups_hold_together": "UPDATE candidate.disproportionality SET gap_points = gap_points + 1",
    "indexes_are_their_counts_divided": "UPDATE candidate.disproportionality SET is_hidden = true",
    "bases_are_the_stage_before": "UPDATE candidate.disproportionality SET white_children = white_children + 1 "
    "WHERE stage = 'first_time_entrants'",
    "groups_add_up": "DELETE FROM candidate.disproportionality WHERE yot = 'eastvale' AND stage = 'sentenced'",
    "groups_add_up_to_the_entrants": "DELETE FROM candidate.disproportionality WHERE stage = 'first_time_entrants'",
    "groups_add_up_to_the_cohort": "UPDATE candidate.disproportionality SET base_children = base_children + 1 "
    "WHERE stage = 'reoffenders'",
    "comparators_are_unique": "INSERT INTO candidate.comparator SELECT * FROM candidate.comparator WHERE yot = 'eastvale'",
    "comparators_hold_together": "UPDATE candidate.comparator SET our_value = our_value + 0.1",
    "comparators_are_labelled": "UPDATE candidate.comparator SET our_maturity = NULL",
    "comparators_are_those_of_the_list": "UPDATE candidate.comparator SET published_value = 0.4 WHERE yot = 'all'",
    "caseload_is_unique": "INSERT INTO candidate.caseload SELECT * FROM candidate.caseload LIMIT 1",
    "caseload_holds_together": "UPDATE candidate.caseload SET days_left = days_left - 1",
    "caseload_is_who_is_in_follow_up": "DELETE FROM candidate.caseload WHERE person_key = 'child-5'",
    "arrests_are_unique": "INSERT INTO candidate.new_arrests SELECT * FROM candidate.new_arrests LIMIT 1",
    "arrests_hold_together": "UPDATE candidate.new_arrests SET process_date = '2024-06-26'",
    "sources_are_not_stale": "UPDATE ops.delivery SET extract_date = '2024-05-10' WHERE source = 'westvale'",
}


def suites() -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted((gate.EXPECTATIONS / "suites").glob("*.json"))]


def names(severity: str) -> list[str]:
    return [
        expectation["meta"]["name"]
        for suite in suites()
        for expectation in suite["expectations"]
        if expectation["severity"] == severity
    ]


def test_a_good_candidate_passes_and_its_hash_is_recorded(night: Night) -> None:
    result = run_gate(night.settings, night.run_key)

    assert (result.failed, result.warned) == ((), ())
    assert result.expectations == sum(len(suite["expectations"]) for suite in suites())
    assert night.rows("SELECT run_key, candidate_hash, success, expectations FROM ops.gate_result") == [
        (night.run_key, result.candidate_hash, True, result.expectations)
    ]
    assert night.rows("SELECT status, candidate_hash FROM ops.run") == [("gating", result.candidate_hash)]


@pytest.mark.parametrize("expectation", KNOWN_BAD)
def test_a_broken_candidate_closes_the_gate(shared_night: Night, expectation: str) -> None:
    shared_night.make_good()
    shared_night.execute(KNOWN_BAD[expectation])
    # A run_key whose spelling were lost on the way to the queries would compare with no run, and pass.
    run = shared_night.another_run(f"{expectation} 2024-06-25T01:00:00+00:00 %&=\\#")

    with pytest.raises(GateFailed) as closed:
        run_gate(run.settings, run.run_key)

    assert f": {expectation}" in str(closed.value)
    ((success, failed),) = run.rows(f"SELECT success, failed FROM ops.gate_result WHERE run_key = '{run.run_key}'")
    assert not success
    assert expectation in {finding["expectation"] for finding in failed}


def test_each_critical_expectation_has_a_candidate_that_it_stops() -> None:
    assert sorted(names("critical")) == sorted(KNOWN_BAD)


def test_every_expectation_has_a_name_a_reason_and_a_severity() -> None:
    expectations = [expectation for suite in suites() for expectation in suite["expectations"]]

    assert all(expectation["severity"] in {"critical", "warning"} for expectation in expectations)
    assert all(len(expectation["notes"]) > 20 for expectation in expectations)
    assert len({expectation["meta"]["name"] for expectation in expectations}) == len(expectations)
    assert len({expectation["id"] for expectation in expectations}) == len(expectations)


def test_the_checkpoint_runs_every_suite() -> None:
    checkpoint = json.loads((gate.EXPECTATIONS / "checkpoints/gate.json").read_text())

    checked = {definition["name"] for definition in checkpoint["validation_definitions"]}
    assert checked == {suite["name"] for suite in suites()}


@pytest.mark.parametrize(
    ("expectation", "doubtful"),
    [
        ("most_members_are_known_to_the_police", "UPDATE candidate.cohort_member SET has_police_match = false"),
        (
            "outcomes_do_not_precede_offences",
            REOFFENCE.format("offence_date = '2023-10-15', outcome_date = '2023-10-14'"),
        ),
        ("proven_children_are_known_to_the_police", PROVEN_KNOWN.format(15)),
        ("sources_are_recent", "UPDATE ops.delivery SET extract_date = '2024-06-21' WHERE source = 'westvale'"),
    ],
)
def test_a_doubtful_candidate_passes_with_a_warning(shared_night: Night, expectation: str, doubtful: str) -> None:
    shared_night.make_good()
    shared_night.execute(doubtful)
    if "reoffence SET" in doubtful:
        shared_night.execute(
            "UPDATE candidate.cohort_member SET reoffence_occasions = 3 "
            "WHERE definition = 'both_feeds' AND person_key = 'child-1' AND yot = 'eastvale'"
        )
    run = shared_night.another_run(f"run of {expectation}")

    result = run_gate(run.settings, run.run_key)

    assert [finding.expectation for finding in result.warned] == [expectation]
    assert names("warning").count(expectation) == 1


@pytest.mark.parametrize(("known", "warned"), [(20, ()), (19, ()), (18, ("match_rates_have_not_fallen",))])
def test_a_match_rate_that_falls_over_five_points_is_warned_of(
    night: Night, known: int, warned: tuple[str, ...]
) -> None:
    night.pass_gate()
    night.publish()
    night.execute(PROVEN_KNOWN.format(known))
    result = run_gate(night.settings, night.another_run("the next").run_key)
    assert tuple(finding.expectation for finding in result.warned) == warned


def test_a_source_as_old_as_allowed_is_neither_late_nor_stale(shared_night: Night) -> None:
    shared_night.make_good()
    shared_night.execute("UPDATE ops.delivery SET extract_date = '2024-06-22' WHERE source = 'westvale'")
    run = shared_night.another_run("run with a source three days old")

    assert run_gate(run.settings, run.run_key).warned == ()


def test_an_as_of_date_that_was_asked_for_may_lie_far_behind_the_deliveries(shared_night: Night) -> None:
    shared_night.make_good()
    shared_night.execute(KNOWN_BAD["sources_are_not_stale"])
    run = shared_night.another_run("run as asked for", requested_as_of=gate_as_of(shared_night))

    result = run_gate(run.settings, run.run_key)

    assert [finding.expectation for finding in result.warned] == ["sources_are_recent"]


def gate_as_of(night: Night) -> Any:
    return night.rows("SELECT as_of FROM ops.run LIMIT 1")[0][0]


def test_a_candidate_that_changes_under_the_gate_fails(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    check = gate._check

    def check_and_tamper(*arguments: Any) -> Any:
        outcome = check(*arguments)
        night.execute(MEMBER.format("team = 'Team B'"))
        return outcome

    monkeypatch.setattr(gate, "_check", check_and_tamper)
    with pytest.raises(GateFailed, match="the candidate changed under the gate"):
        run_gate(night.settings, night.run_key)

    assert night.rows("SELECT success FROM ops.gate_result") == [(False,)]


def test_a_gate_that_cannot_run_is_a_failure(night: Night, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = shutil.copytree(gate.EXPECTATIONS, tmp_path / "expectations")
    (broken / "checkpoints/gate.json").unlink()
    monkeypatch.setattr(gate, "EXPECTATIONS", broken)

    with pytest.raises(GateFailed, match="the checks could not be made"):
        run_gate(night.settings, night.run_key)

    assert night.rows("SELECT success FROM ops.gate_result") == [(False,)]


def test_a_run_without_an_as_of_date_is_not_checked(night: Night) -> None:
    night.execute("UPDATE ops.run SET as_of = NULL", role="loader")

    with pytest.raises(TrackerError, match="no as-of date"):
        run_gate(night.settings, night.run_key)


def test_no_value_of_a_row_leaves_the_gate(
    night: Night,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Neither failing values nor a database error that quotes one: the last expectation here provokes it."""
    expectations = shutil.copytree(gate.EXPECTATIONS, tmp_path / "expectations")
    suite = expectations / "suites/gate__reoffence.json"
    suite.write_text(
        suite.read_text().replace("SELECT 1 FROM {batch} WHERE", "SELECT person_key::date FROM {batch} WHERE")
    )
    monkeypatch.setattr(gate, "EXPECTATIONS", expectations)
    night.execute(
        """
        UPDATE candidate.reoffence SET person_key = 'canary-person', offence_key = 'canary-offence',
            found_in = 'canary-source', outcome_date = offence_date - 1;
        UPDATE candidate.cohort_member SET person_key = 'canary-child', state = 'canary-state';
        """
    )
    caplog.set_level(logging.DEBUG)
    results: list[str] = []
    written: list[bytes] = []
    checkpoint = gate._checkpoint

    def keep(context_folder: Path, address: str) -> Any:
        result = checkpoint(context_folder, address)
        for validation in result.run_results.values():
            results.extend(str(outcome.result) for outcome in validation.results)
        files = [path for path in night.settings.home.rglob("*") if path.is_file() and "postgres" not in path.parts]
        written.extend(path.read_bytes() for path in files)
        return result

    monkeypatch.setattr(gate, "_checkpoint", keep)
    with pytest.raises(GateFailed) as closed:
        run_gate(night.settings, night.run_key)

    said = capfd.readouterr()
    recorded = night.rows("SELECT failed::text || warned::text FROM ops.gate_result")[0][0]
    assert "outcomes_do_not_precede_offences: could not be checked" in str(closed.value)
    assert closed.value.__context__ is None
    for text in (str(closed.value), recorded, caplog.text, said.out, said.err, *results):
        assert "canary" not in text
    assert results
    assert written
    assert all(b"canary" not in content for content in written)


def test_the_gate_leaves_the_checkout_as_it_was(night: Night) -> None:
    before = {path: path.stat().st_mtime_ns for path in gate.EXPECTATIONS.rglob("*")}

    run_gate(night.settings, night.run_key)

    assert {path: path.stat().st_mtime_ns for path in gate.EXPECTATIONS.rglob("*")} == before


def test_the_password_of_the_warehouse_is_in_no_file_of_the_gate(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    contents: list[str] = []
    checkpoint = gate._checkpoint

    def keep(context_folder: Path, address: str) -> Any:
        result = checkpoint(context_folder, address)
        contents.extend(path.read_text() for path in context_folder.rglob("*") if path.is_file())
        return result

    monkeypatch.setattr(gate, "_checkpoint", keep)
    run_gate(night.settings, night.run_key)

    password = secret(night.settings, "publisher.password")
    assert any("GATE_WAREHOUSE" in content for content in contents)
    assert all(password not in content for content in contents)
