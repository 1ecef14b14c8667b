"""`make docs`: the manual written anew."""

from __future__ import annotations

import sys

from live_tracker.errors import TrackerError
from live_tracker.manual import evidence_page, plans_page
from live_tracker.manual.pages import FOLDER, write

if __name__ == "__main__":
    try:
        print(f"{len(write())} pages in {FOLDER}")
        evidence_page.write()
        print(evidence_page.PAGE)
        plans_page.write()
        print(plans_page.PAGE)
    except TrackerError as error:
        sys.exit(str(error))
