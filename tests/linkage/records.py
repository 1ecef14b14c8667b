"""Records written by hand: a child or a nominal by what matters in it, cleaned."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from live_tracker.identity.cleaning import clean

KNOWN_ON = dt.date(2026, 11, 21)
JACK = {
    **{"forename": "Jack", "middle_names": "", "surname": "Holloway", "aliases": "", "date_of_birth": "2009-03-17"},
    **{"sex": "M", "postcode": "BS3 4QT", "pnc_id": "", "cro_no": "", "asns": [], "court_days": []},
}
"""An ordinary child; others are told by what differs."""


def cleaned(**records: dict[str, Any]) -> pd.DataFrame:
    """A cleaned row for each record, under its key: Jack Holloway but for what is given."""
    rows = [JACK | given | {"record_key": key, "known_on": KNOWN_ON} for key, given in records.items()]
    return clean(pd.DataFrame(rows, columns=["record_key", "known_on", *JACK]))
