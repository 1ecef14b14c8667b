"""Who is whom by the evidence of two records: shared ids first, then names, dates and places weighed by Splink.

`pairs.link` links cleaned frames; it is `pairs.score`, which weighs pairs, and `decisions.decide`, which says which are
one person. A pair's weight rests on its two records and the model (`model.py`, frozen until retrained) alone.
"""
