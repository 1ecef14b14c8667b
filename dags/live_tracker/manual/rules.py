"""The published counting rules, as `docs/contracts/counting-rules.md` has them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent

from live_tracker.errors import TrackerError
from live_tracker.markdown import anchor
from live_tracker.settings import PROJECT

PAGE = PROJECT / "docs/contracts/counting-rules.md"
UNPUBLISHED = "Decided, not published yet"

_RULE = re.compile(r"^- \*\*([A-Z]\d+)\.\*\* (.*?)(?=^- \*\*|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Rule:
    """One rule: its number, the heading that it stands under and its text as Markdown."""

    number: str
    family: str
    text: str

    @property
    def first_sentence(self) -> str:
        sentence = re.match(r".+?\.(?=\s|$)", self.text.replace("\n", " "))
        return sentence[0] if sentence else self.text

    @property
    def page(self) -> str:
        """The page of its family, from the folder of the manual."""
        return f"rules/{anchor(self.family)}.md"

    @property
    def place(self) -> str:
        return f"{self.page}#{self.number.lower()}"


def published_rules(page: str | None = None) -> list[Rule]:
    """The rules of the page (default: as committed) that figures are published under, in its order."""
    _, *sections = re.split(r"^## ", PAGE.read_text() if page is None else page, flags=re.MULTILINE)
    rules = []
    for section in sections:
        family, _, body = section.partition("\n")
        if family != UNPUBLISHED:
            rules += [Rule(number, family, dedent("  " + text).strip()) for number, text in _RULE.findall(body)]
    if not rules:
        raise TrackerError(
            "there is no rule on the page", str(PAGE), "write each rule as `- **T1.** …` under a heading"
        )
    return rules
