"""The DAG that freezes a quarter: its parameters are asked for, and its task does what `tracker freeze` does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from live_tracker.settings import PROJECT
from tests.gate.conftest import prepare_night

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_tracker.settings import Settings

GIVEN = {"quarter": "2023Q1", "by": "a tester", "note": None}


@pytest.fixture(scope="session")
def freeze_quarter(airflow_home: None) -> Any:
    """The DAG as Airflow reads it."""
    from airflow.dag_processing.dagbag import DagBag  # noqa: PLC0415 - reads AIRFLOW_HOME when it is imported

    return DagBag(str((PROJECT / "dags").resolve())).dags["freeze_quarter"]


@pytest.fixture
def keep(freeze_quarter: Any, warehouse: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Does the DAG's work over the warehouse, with other parameters than `GIVEN` if they are named."""
    from live_tracker.orchestration import steps  # noqa: PLC0415 - imports Airflow

    monkeypatch.setattr(steps, "get_settings", lambda: warehouse)

    def run(**params: str | None) -> None:
        monkeypatch.setattr(steps, "get_current_context", lambda: {"params": GIVEN | params})
        freeze_quarter.get_task("keep").python_callable()

    return run


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("quarter", ()),
        ("quarter", ("",)),
        ("quarter", ("2026Q5",)),
        ("quarter", ("2026-Q2",)),
        ("by", ()),
        ("by", ("",)),
    ],
)
def test_nobody_freezes_without_saying_what_and_who(freeze_quarter: Any, name: str, given: tuple[str, ...]) -> None:
    from airflow.sdk.exceptions import ParamValidationError  # noqa: PLC0415 - imports Airflow

    param = freeze_quarter.params.get_param(name)
    with pytest.raises(ParamValidationError):
        param.resolve(*given)
    assert param.resolve(GIVEN[name]) == GIVEN[name]


def test_it_is_started_by_hand_alone(freeze_quarter: Any) -> None:
    assert freeze_quarter.timetable.can_be_scheduled is False
    assert freeze_quarter.params.get_param("note").resolve() is None


def test_the_current_release_becomes_the_boards_and_a_second_try_changes_nothing(
    keep: Callable[..., None], warehouse: Settings
) -> None:
    from airflow.sdk.exceptions import AirflowFailException  # noqa: PLC0415 - imports Airflow

    night = prepare_night(warehouse)
    night.release()
    second = night.another_run("second").release()
    frozen = "SELECT quarter, release_id, frozen_by, note FROM release.frozen_quarter"
    for _ in range(2):
        keep()
        assert night.rows(frozen) == [("2023Q1", second, "a tester", None)]
    with pytest.raises(AirflowFailException, match=r"2023Q1 is frozen already, as of release 2024-06-25\.2"):
        keep(by="somebody else")
    with pytest.raises(AirflowFailException, match="has no cohort 2031Q1"):
        keep(quarter="2031Q1")
    assert night.rows(frozen) == [("2023Q1", second, "a tester", None)]
    assert night.rows("SELECT release_id FROM release.pointer WHERE channel = 'board'") == [(second,)]
