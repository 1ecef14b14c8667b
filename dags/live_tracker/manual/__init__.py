"""The rules as a manual, `docs/generated/definitions/`: written from the rules, their unit tests and the definitions."""
