"""Who is whom by the evidence of two records: shared ids first, then names, dates and places weighed by Splink.

`prepared` makes the compared columns from a cleaned frame, `score` weighs the pairs, `decide` says which are one
person; `link` does all three. A pair's weight rests on its two records and the frozen model alone.
"""

from live_tracker.identity.linkage.decisions import decide
from live_tracker.identity.linkage.model import Model, shipped_model
from live_tracker.identity.linkage.pairs import link, score

__all__ = ["Model", "decide", "link", "score", "shipped_model"]
