"""Wrong variants of the SQL: the generated histories tell every one of them from the rules."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from rich.console import Console
from rich.table import Table

from tests.histories import regressions
from tests.histories.compiled import Built, CompiledBuild
from tests.histories.model import History
from tests.histories.mutants import MUTANTS, Mutant
from tests.histories.mutants_beside import MUTANTS_BESIDE
from tests.histories.rounds import look_through
from tests.recount import differences_between
from tests.reference_engine import Reference, Result, run

pytestmark = pytest.mark.slow


@dataclass
class Hunt:
    """Which mutants are still alive, and at which history each of the others was found."""

    statements: dict[Mutant, str]
    reference: Reference
    examples: int = 0
    killed: dict[Mutant, int] = field(default_factory=dict)

    @property
    def alive(self) -> list[Mutant]:
        return [mutant for mutant in self.statements if mutant not in self.killed]

    def look(self, built: Built, history: History) -> None:
        """Which mutants the engine tells from the rule over a history.

        Only those of which the mutated model itself has other rows are built to the end: most have the same.
        """
        self.examples += 1
        changed = [mutant for mutant in self.alive if built.is_changed_by(self.statements[mutant], mutant.model)]
        if not changed:
            return
        links = built.build_all().links()
        result = run(history.versions(), links, self.reference, history.parameters(), history.supplies())
        for mutant in changed:
            with built.with_other(mutant.model, self.statements[mutant]):
                if _is_told_apart(built, mutant, result):
                    self.killed[mutant] = self.examples


def _is_told_apart(built: Built, mutant: Mutant, result: Result) -> bool:
    try:
        return any(
            differences_between({table: built.table(table)}, result) for table in built.tables_made_of(mutant.model)
        )
    except AssertionError:  # two rows of one grain
        return True


def test_every_mutant_is_found(build: CompiledBuild, reference: Reference) -> None:
    mutants = (*MUTANTS, *MUTANTS_BESIDE)
    hunt = Hunt({m: build.replaced(m.model, m.of(build.models[m.model].sql)) for m in mutants}, reference)

    def look_at(history: History) -> None:
        with build.over(history) as built:
            hunt.look(built, history)

    # first those that are kept: some mutants live by what chance draws once in a thousand histories
    for history in regressions.kept().values():
        look_at(history)
    look_through(look_at, lambda: not hunt.alive)
    _print(hunt)
    assert len(mutants) >= 90
    assert hunt.alive == [], "no history tells these from the rule: " + "; ".join(m.name for m in hunt.alive)


def _print(hunt: Hunt) -> None:
    table = Table("rule", "what is wrong", "model", "found at history", title="mutants of the counting rules")
    for mutant in hunt.statements:
        table.add_row(mutant.rule, mutant.wrong, mutant.model, str(hunt.killed.get(mutant, "never")))
    Console(width=140).print(table)
