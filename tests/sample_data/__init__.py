"""Sample deliveries: children's lives made from a seed, what each system wrote down of them and when, and the truth.

The order is that of the world: lives (offence, arrest, outcome), then records (the case-management system's and, later,
the police's), then nights (what each source sent). Nothing here writes a figure: figures come of the pipeline alone.
"""
