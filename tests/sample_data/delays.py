"""How long things take."""

from __future__ import annotations

import datetime as dt
import math
import random

_TWO_DAY_WEEKEND = 5


def days(chance: random.Random, median: float, spread: float = 0.6) -> dt.timedelta:
    """A delay in whole days, lognormal about its median."""
    return dt.timedelta(days=round(chance.lognormvariate(math.log(median), spread)))


def weekday(day: dt.date) -> dt.date:
    """Courts and offices do not sit at the weekend."""
    return day + dt.timedelta(days=7 - day.weekday()) if day.weekday() >= _TWO_DAY_WEEKEND else day
