"""A release written by hand into a warehouse, for tests of what is printed of one."""

from __future__ import annotations

from live_tracker.settings import Settings
from tests.deliver import administer

RELEASE = "2026-03-08.1"
DEFINITIONS = ("first_quarter", "local_live", "knife_crime", "national_proven")


def write_release(warehouse: Settings) -> None:
    """A warehouse with a release of one cohort of four definitions, a gate that warned and a source not confirmed."""
    administer(
        warehouse,
        f"""
        INSERT INTO ops.run (run_key, requested_by, definitions_hash, reference_hash, code_version, status, requested_at)
        VALUES ('run', 'make', 'd', 'r', 'c', 'published', now());
        INSERT INTO release.release VALUES (
            '{RELEASE}', 'run', '2026-03-08', '2026-03-08', 'd', 'r', 'c', 'x', 'y', '{{}}', 'passed with 1 warning',
            '[{{"table": "delivery", "expectation": "sources_are_fresh", "note": "named", "rows": 2}}]', now()
        );
        INSERT INTO release.source_state VALUES
            ('{RELEASE}', 'yot', 'northtown', '2026-03-08', 1, 0, 1, '{{}}', false, '{{}}'),
            ('{RELEASE}', 'yot', 'southtown', '2026-03-08', 1, 0, 1, '{{}}', true, '{{}}');
        INSERT INTO release.pointer VALUES ('live', '{RELEASE}', now());
        CREATE TABLE release.made PARTITION OF release.cohort_summary FOR VALUES IN ('{RELEASE}');
        """,
    )
    for definition in DEFINITIONS:
        administer(
            warehouse,
            f"""
            INSERT INTO release.cohort_summary VALUES (
                '{RELEASE}', '2026-03-08', '{definition}', '2025Q1', '2025-01-01', '2025-03-31', 'all',
                4, 4, 1, 2, 0.25, 0.1, 0.5, 2, 0.5, 4, 1, 'closed', NULL
            )
            """,
        )
