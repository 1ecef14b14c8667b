"""Erasure: a child's records taken out of the warehouse for good, and kept out. docs/decisions/0011-erasure.md."""
