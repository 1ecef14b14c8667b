"""All that ties records together, through time: ids, then weight where they leave somebody unsettled, and people."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from psycopg2.extensions import cursor as Cursor

from live_tracker.identity.by_id import ById, tied_by_id
from live_tracker.identity.by_weight import COLUMNS, ByWeight, FacesOf, tied_by_weight
from live_tracker.identity.faces import Face, faces_of, read_items
from live_tracker.identity.histories import Histories
from live_tracker.identity.linkage.model import THRESHOLDS, Model
from live_tracker.identity.review.decisions import read_reviews
from live_tracker.identity.spans import END


def tied(cursor: Cursor, histories: Histories, model: Model | None) -> ByWeight:
    """The edges between records, and the pairs for review. Without a model nothing is weighed."""
    records = {record[2:]: record for record in (*histories.children, *histories.nominals)}
    reviews = read_reviews(cursor, records)
    by_id = tied_by_id(histories, reviews)
    children: FacesOf = {}
    nominals: FacesOf = {}
    pairs = pd.DataFrame(columns=COLUMNS)
    if model:
        # not above: Splink takes a second to load, and whoever reads a DAG file does without
        from live_tracker.identity.weights import pair_weights  # noqa: PLC0415

        children, nominals = _faces_of_children(cursor, histories, by_id), _faces_of_nominals(cursor, histories)
        pairs = pair_weights(cursor, {face.key: face for face in _faces(children, nominals)}, model)
    thresholds = model.thresholds if model else THRESHOLDS
    by_weight = tied_by_weight(children, nominals, pairs, thresholds, histories, reviews)
    return ByWeight([*by_id.edges, *by_weight.edges], by_weight.reviews)


def _faces_of_children(cursor: Cursor, histories: Histories, by_id: ById) -> FacesOf:
    items = read_items(cursor, "cms", list(by_id.unsettled))
    return {
        child: faces_of(child, histories.children[child], items[child[3:]], spans)
        for child, spans in by_id.unsettled.items()
    }


def _faces_of_nominals(cursor: Cursor, histories: Histories) -> FacesOf:
    items = read_items(cursor, "pnc")
    return {
        nominal: faces_of(nominal, versions, items[nominal[3:]], [(nominal.first_known, END)])
        for nominal, versions in histories.nominals.items()
    }


def _faces(*records: FacesOf) -> Iterator[Face]:
    for of_feed in records:
        for spans in of_feed.values():
            for face, _, _ in spans:
                yield face
