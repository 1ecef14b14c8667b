"""`tracker explain` has a sentence for whatever the models can say, and an error for whatever the warehouse refuses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from live_tracker.errors import TrackerError
from live_tracker.explain import trail, words
from live_tracker.explain.pairing import how_paired
from live_tracker.settings import Settings

KEY = "0" * 32
A_CASE = re.compile(
    r"\bcase\b(?:(?!\bend\b).)*\bend\)?(?: collate \"C\")? as (?:class|exclusion|reason|pass|state)\b", re.DOTALL
)
A_RESULT = re.compile(r"(?:then|else) (?:'(\w+)'|(\d+))")


def said_by(project: Path, *patterns: str) -> set[str]:
    """The values that the cases of these models can give a class, an exclusion, a pass or a state."""
    models = [model for pattern in patterns for model in (project / "dbt_project/models").rglob(pattern)]
    assert models
    cases = [case for model in models for case in A_CASE.findall(model.read_text())]
    return {text or number for case in cases for text, number in A_RESULT.findall(case)}


def test_each_class_has_its_sentence(project: Path) -> None:
    of_test = re.search(
        r"not in \((.*?)\)", (project / "dbt_project/tests/singular/each_class_is_known.sql").read_text(), re.S
    )
    assert of_test
    known = set(re.findall(r"'(\w+)'", of_test[1]))
    found = said_by(project, "int_member_offences.sql", "int_offence_record_classes.sql")
    assert len(found) == 16
    assert found | {"orphan"} == known
    assert known == {name for name in words.CLASSES if ":" not in name}


def test_each_exclusion_has_its_sentence(project: Path) -> None:
    found = said_by(project, "int_entries*.sql", "int_offence_services.sql")
    assert {"age", "filter", "out_of_area", "entered_already", "release_unlinked", "custodial_sentence"} <= found
    assert found == set(words.EXCLUSIONS)


def test_each_pass_and_each_state_has_its_sentence(project: Path) -> None:
    numbers = said_by(project, "int_offence_record_pairs.sql")
    assert (
        "4 as pass"
        in (project / "dbt_project/models/intermediate/02_offences/int_offence_record_pairs.sql").read_text()
    )
    assert {int(number) for number in numbers} | {4} == set(words.PASSES)
    assert said_by(project, "int_members.sql") == set(words.STATES)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"class": "pseudo", "offence_date": "2023-03-01"}, "a pseudo-reconviction, not a reoffence (O6)"),
        ({"class": "index"}, "proven on the index date 2023-05-10"),
        ({"class": "index", "entry_kind": "release"}, "the sentence from which the child was released"),
        ({"class": "pending", "is_pending_in_window": True}, "pending offences, not a reoffence (R8)"),
        ({"class": "pending"}, "by 2024-12-01: pending"),
        ({"class": "out_of_window", "offence_date": "2024-05-11"}, "after the follow-up ended on 2024-05-10"),
        ({"class": "out_of_window", "offence_date": "2023-05-10"}, "on or before the index date"),
        ({"class": "not_proven_in_time", "proven_date": "2024-11-11"}, "after the last day for proof 2024-11-10"),
        ({"class": "not_proven_in_time", "proven_date": None}, "national_proven takes proof from the police alone"),
        ({"class": "not_proven_in_time", "proven_tier": "diversion"}, "proven in tier diversion, which is no proof"),
    ],
)
def test_a_sentence_compares_the_dates(changes: dict[str, Any], expected: str) -> None:
    member = {"index_date": "2023-05-10", "follow_up_end": "2024-05-10", "proof_end": "2024-11-10"}
    offence = {
        **{"class": "reoffence", "offence_date": "2023-06-01", "proven_date": "2023-07-01", "known_date": "2023-07-01"},
        **{"proven_tier": "first_tier", "is_pending_in_window": False},
    }
    if changes == {"class": "index"}:
        offence["known_date"] = "2023-05-10"
    more = {"definition": "national_proven", "entry_kind": "outcome", "as_of": "2024-12-01"}
    assert expected in words.class_sentence({**offence, **changes}, member, **{**more, **changes})


def test_the_whole_sentence_of_a_pseudo_reconviction() -> None:
    sentence = words.class_sentence(
        {"class": "pseudo", "offence_date": "2023-03-01", "known_date": "2023-07-01"},
        {"index_date": "2023-05-10"},
        entry_kind="outcome",
    )
    assert sentence == (
        "committed 2023-03-01, on or before the index date 2023-05-10, proven after it on 2023-07-01: "
        "a pseudo-reconviction, not a reoffence (O6)"
    )


def record(key: str, offence_uid: str, **values: Any) -> dict[str, Any]:
    system, source, record_id = key.split("/")
    return {
        **{"record_key": key, "source_system": system, "source": source, "record_id": record_id},
        **{"offence_uid": offence_uid, "asn": None, "cjs_code": "CJ88116", "start_date": "2023-04-01"},
        "is_orphan": False,
        **values,
    }


def pair(lower: str, higher: str, number: int) -> dict[str, Any]:
    return {"lower": lower, "higher": higher, "pass": number}


@pytest.mark.parametrize("number", words.PASSES)
def test_a_pair_names_its_pass(number: int) -> None:
    records = [record("cms/a/1", "cms/a/1"), record("pnc/20/2", "cms/a/1")]
    sentences = how_paired("cms/a/1", records, [pair("cms/a/1", "pnc/20/2", number)])
    assert sentences == [f"cms/a 1 and pnc/20 2 are one offence: {words.PASSES[number]}."]


def test_three_records_are_joined_by_two_pairs_and_no_pair_is_told_twice() -> None:
    records = [record(key, "cms/a/1") for key in ("cms/a/1", "cms/b/1", "pnc/20/2")]
    found = [pair("cms/a/1", "pnc/20/2", 1), pair("cms/b/1", "pnc/20/2", 2), pair("cms/a/1", "cms/b/1", 4)]
    sentences = how_paired("cms/a/1", records, found)
    assert [sentence.partition(" are one")[0] for sentence in sentences] == [
        "cms/a 1 and pnc/20 2",
        "cms/b 1 and pnc/20 2",
    ]


@pytest.mark.parametrize(
    ("one", "other", "found", "expected"),
    [
        ({}, {"start_date": "2023-06-01"}, [], "no other source has a record"),
        ({"asn": "X"}, {"asn": "X", "cjs_code": "TH68010", "start_date": "2023-06-01"}, [], "unpaired_same_asn"),
        ({"asn": "X"}, {"asn": "Y"}, [], "different numbers never pair"),
        ({"asn": "X"}, {}, [], "none of them lie within 7 days"),
        ({}, {}, [pair("cms/a/1", "pnc/20/2", 4)], "it was paired before"),
        ({}, {"is_orphan": True}, [], "no other source has a record"),
    ],
)
def test_why_a_record_is_alone(
    one: dict[str, Any], other: dict[str, Any], found: list[dict[str, Any]], expected: str
) -> None:
    records = [record("cms/a/1", "cms/a/1", **one), record("pnc/20/2", "pnc/20/2", **other)]
    [sentence] = how_paired("cms/a/1", records, found)
    assert sentence.startswith("Alone: ")
    assert expected in sentence


def test_each_refusal_is_an_error_that_says_what_to_do(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migration = (project / "sql/0012_explain.sql").read_text()
    reasons = set(re.findall(r"'refused', '(\w+)'|\"refused\": \"(\w+)\"|THEN '(other_build|older_build)'", migration))
    names = {next(filter(None, reason)) for reason in reasons}
    assert len(names) == 7
    basis = {
        **{"release_id": "2026-03-08.1", "run_key": "night", "as_of": "2026-03-08", "known": ["local_live"]},
        **{"cohort_period": "quarter", "newest": "2026Q1", "built_by": "later", "built_by_status": "failed"},
    }
    said = set()
    for name in names:
        monkeypatch.setattr(trail, "fetch", lambda *_, name=name: [{"trail": {**basis, "refused": name}}])
        with pytest.raises(TrackerError) as caught:
            trail.follow(Settings(), "analyst", KEY, "unheard_of", "2026Q9")
        assert caught.value.do
        assert KEY not in str(caught.value)
        said.add(str(caught.value))
    assert len(said) == len(names)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "stands, decides"),
        ({"decides": False}, "stands, the police decide"),
        ({"is_standing": False, "appeal_status": "SUCCESSFUL"}, "set aside, appeal SUCCESSFUL"),
        ({"tier": "diversion", "is_substantive": False}, "stands, a diversion"),
        ({"tier": "non_conviction", "is_substantive": False}, "stands, proves nothing"),
        ({"is_unmapped": True, "tier": None, "is_standing": False}, "code on no list"),
        ({"is_heard": False, "decides": False, "is_standing": False}, "not asked (E5)"),
        ({"source_system": "pnc", "is_heard": False, "decides": False, "is_standing": False}, "not final"),
    ],
)
def test_what_an_outcome_does(changes: dict[str, Any], expected: str) -> None:
    outcome = {
        **{"source_system": "cms", "tier": "first_tier", "appeal_status": None, "is_unmapped": False},
        **{"is_heard": True, "is_standing": True, "decides": True, "is_substantive": True},
    }
    assert words.outcome_sentence({**outcome, **changes}) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "ended in a release on 2023-08-20"),
        ({"kind": "RECALL", "release_uid": None}, "began with a RECALL"),
        ({"end_date": None, "release_uid": None}, "has not ended"),
        ({"end_reason": "TRANSFERRED", "release_uid": None}, "ended on 2023-08-20 with TRANSFERRED"),
    ],
)
def test_whether_a_stay_ended_in_a_release(changes: dict[str, Any], expected: str) -> None:
    episode = {
        "kind": "SENTENCE",
        "end_date": "2023-08-20",
        "end_reason": "RELEASED",
        "release_uid": "x",
        "is_last": True,
    }
    assert expected in words.stay_sentence([{**episode, **changes}])


def test_proof_that_only_the_case_record_has() -> None:
    offence = {"proof_date": None, "known_proof_date": "2023-07-01", "diversion_date": None}
    sentence = words.proof_sentence(offence, [], {"definition": "national_proven"}, "2024-12-01")
    assert sentence == (
        "The case record proves it on 2023-07-01; the police, whom alone national_proven asks, do not (E5)."
    )
