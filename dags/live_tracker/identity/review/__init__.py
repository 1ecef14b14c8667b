"""The human part of linkage: which pairs a person should look at, the evidence, and what was decided."""
