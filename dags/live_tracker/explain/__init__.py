"""Why a child is counted, or not: from the rows that were delivered to the cell of the summary, in plain words."""
