"""What pairs of faces weigh, kept in the warehouse: a night weighs the new faces against their neighbours only.

What is kept rests on the faces, the model and this code alone, so that it can be lost and is the same when made anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
import pyarrow as pa
from psycopg2.extensions import cursor as Cursor

from live_tracker.identity.copying import copy_rows
from live_tracker.identity.faces import Face, cleaned
from live_tracker.identity.linkage.blocking import block_keys
from live_tracker.identity.linkage.compared import prepared
from live_tracker.identity.linkage.comparisons import COMPARISONS
from live_tracker.identity.linkage.model import Model
from live_tracker.identity.linkage.pairs import score_prepared

AT_ONCE = 20_000
"""Faces that are cleaned and written together: what a first night needs of memory."""
MOST_LOOKED_UP = 0.1
"""Share of new faces from which all are loaded rather than neighbours looked up."""
RECORD = ["source_system", "source", "source_id"]
LEVELS = [comparison.name for comparison in COMPARISONS]


def pair_weights(cursor: Cursor, faces: Mapping[str, Face], model: Model) -> pd.DataFrame:
    """The pairs of faces worth a look, of two children or of a child and a nominal, as `linkage.pairs.score` has them.

    `faces` by their keys: all that the records of the scope have, now and before. Others of theirs are forgotten.
    """
    new = _forget_and_find_new(cursor, faces)
    if new:
        _add(cursor, [faces[key] for key in new])
        _weigh(cursor, new, model)
    cursor.execute(
        """
        SELECT left_face, right_face, match_weight, levels FROM identity.face_pair
        WHERE left_face IN (TABLE pg_temp.wanted_face) AND right_face IN (TABLE pg_temp.wanted_face)
        """
    )
    rows = ([*pair, *(levels[name] for name in LEVELS)] for *pair, levels in cursor)
    return pd.DataFrame(rows, columns=["left_key", "right_key", "match_weight", *LEVELS])


def _forget_and_find_new(cursor: Cursor, faces: Mapping[str, Face]) -> list[str]:
    cursor.execute("DROP TABLE IF EXISTS pg_temp.wanted_face")
    cursor.execute("CREATE TEMPORARY TABLE wanted_face (face text PRIMARY KEY) ON COMMIT DROP")
    copy_rows(cursor, "pg_temp.wanted_face", ["face"], ([key] for key in faces))
    cursor.execute("ANALYZE pg_temp.wanted_face")
    cursor.execute(
        """
        DELETE FROM identity.face AS kept
        USING pg_temp.scope
        WHERE
            (kept.source_system, kept.source, kept.source_id) = (scope.source_system, scope.source, scope.source_id)
            AND NOT EXISTS (SELECT FROM wanted_face WHERE face = kept.face)
        """
    )
    cursor.execute(
        """
        SELECT face FROM wanted_face AS wanted
        WHERE NOT EXISTS (SELECT FROM identity.face WHERE face = wanted.face)
        """
    )
    return sorted(key for (key,) in cursor)


def _add(cursor: Cursor, faces: Sequence[Face]) -> None:
    for some in (faces[start : start + AT_ONCE] for start in range(0, len(faces), AT_ONCE)):
        compared = prepared(cleaned(some)).to_pylist()
        records = {face.key: face.record for face in some}
        copy_rows(
            *(cursor, "identity.face", ["face", *RECORD, "compared", "block_keys"]),
            (
                (row["unique_id"], *records[row["unique_id"]], json.dumps(row), _array(block_keys(row)))
                for row in compared
            ),
        )


def _array(numbers: Iterable[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


def _weigh(cursor: Cursor, new: list[str], model: Model) -> None:
    children = _with_neighbours(cursor, new, "cms", of=["cms", "pnc"])
    nominals = _with_neighbours(cursor, new, "pnc", of=["cms"])
    for tables in ([children, nominals], [children]):
        pairs = score_prepared(tables, model)
        cursor.execute("CREATE TEMPORARY TABLE weighed (LIKE identity.face_pair) ON COMMIT DROP")
        ordered = _in_order(pairs) if len(tables) == 1 else pairs
        copy_rows(
            *(cursor, "pg_temp.weighed", ["left_face", "right_face", "match_weight", "levels"]),
            (
                (left, right, weight, json.dumps(dict(zip(LEVELS, levels, strict=True))))
                for left, right, weight, *levels in ordered[
                    ["left_key", "right_key", "match_weight", *LEVELS]
                ].itertuples(index=False)
            ),
        )
        cursor.execute(_KEEP)
        cursor.execute("DROP TABLE pg_temp.weighed")


def _in_order(pairs: pd.DataFrame) -> pd.DataFrame:
    """Two children in the order of their faces, whichever was given first."""
    is_turned = pairs["left_key"] > pairs["right_key"]
    return pairs.assign(
        left_key=pairs["left_key"].where(~is_turned, pairs["right_key"]),
        right_key=pairs["right_key"].where(~is_turned, pairs["left_key"]),
    )


def _with_neighbours(cursor: Cursor, new: list[str], system: str, of: list[str]) -> pa.Table:
    """The faces of a feed that are new, and those that share a block with a new one of the feeds `of`."""
    cursor.execute("SELECT count(*) FROM identity.face")
    (total,) = cursor.fetchone() or (0,)
    if len(new) > MOST_LOOKED_UP * total:
        cursor.execute("SELECT compared FROM identity.face WHERE source_system = %s ORDER BY face", (system,))
    else:
        cursor.execute(_NEIGHBOURS, {"new": new, "system": system, "of": of})
    return pa.Table.from_pylist([compared for (compared,) in cursor], schema=_schema())


def _schema() -> pa.Schema:
    return prepared(cleaned([])).schema


_KEEP = """
INSERT INTO identity.face_pair
SELECT weighed.*
FROM pg_temp.weighed
INNER JOIN identity.face AS one ON weighed.left_face = one.face
INNER JOIN identity.face AS other ON weighed.right_face = other.face
-- a record has a face for each time at which it said something else
WHERE (one.source_system, one.source, one.source_id) <> (other.source_system, other.source, other.source_id)
ON CONFLICT DO NOTHING
"""

_NEIGHBOURS = """
SELECT compared FROM identity.face
WHERE source_system = %(system)s AND face IN (
    SELECT unnest(%(new)s)
    UNION
    SELECT known.face
    FROM unnest(%(new)s) AS new (face)
    INNER JOIN identity.face AS fresh ON new.face = fresh.face
    INNER JOIN identity.face AS known ON known.block_keys && fresh.block_keys
    WHERE fresh.source_system = ANY (%(of)s) AND known.source_system = %(system)s
)
ORDER BY face
"""
