"""The feed contracts, version 1: tables, keys and columns of `yot/1` and `pnc/1`.

The one place that says what a delivery holds; the raw tables in `sql/`, the parser and the
sample generator follow it. Source: the feed contract agreed with the senders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "date", "flag", "integer", "decimal", "pnc_id"]

KEY_SEPARATOR = "\x1f"
"""Joins the parts of a composite key; the parser refuses control characters in values."""


@dataclass(frozen=True)
class Column:
    """One column of a feed table; `codes` lists the values the contract knows, if it does."""

    name: str
    kind: Kind = "text"
    required: bool = True
    codes: frozenset[str] | None = None


@dataclass(frozen=True)
class Table:
    """One table of a feed. `identifies` names the column that says whose record a row is."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True)
class Feed:
    """A feed: `system` is the source system its records carry, `person_column` their owner."""

    name: str
    contract: str
    system: Literal["cms", "pnc"]
    person_column: str
    tables: tuple[Table, ...]

    @property
    def id_columns(self) -> frozenset[str]:
        """The columns that hold ids of records: the first of each table's key, under that name in every table."""
        return frozenset(table.key[0] for table in self.tables)

    def table(self, name: str) -> Table:
        return next(table for table in self.tables if table.name == name)


OPTIONAL_EVERYWHERE = (Column("deleted", "flag", required=False), Column("updated_at", required=False))
"""Columns that any table may carry: absent means 0 and the time of the extract."""

SEX = frozenset("MFU")
ETHNICITY = frozenset("W1 W2 W3 W4 W9 M1 M2 M3 M9 A1 A2 A3 A4 A9 B1 B2 B9 O2 O9 NS".split())
YJB_CATEGORY = frozenset(
    """VIOLENCE_AGAINST_THE_PERSON ROBBERY DRUGS SEXUAL_OFFENCES THEFT_AND_HANDLING DOMESTIC_BURGLARY
    NON_DOMESTIC_BURGLARY VEHICLE_THEFT MOTORING CRIMINAL_DAMAGE ARSON PUBLIC_ORDER RACIALLY_AGGRAVATED
    FRAUD_AND_FORGERY BREACH_OF_STATUTORY_ORDER BREACH_OF_BAIL BREACH_OF_CONDITIONAL_DISCHARGE OTHER""".split()
)
LEGAL_OUTCOME = frozenset(
    """COMMUNITY_RESOLUTION OUTCOME_10 OUTCOME_20 OUTCOME_21 OUTCOME_22 OUTCOME_23 NFA YOUTH_CAUTION
    YOUTH_CONDITIONAL_CAUTION REPRIMAND FINAL_WARNING ABSOLUTE_DISCHARGE CONDITIONAL_DISCHARGE BIND_OVER FINE
    COMPENSATION_ORDER REFERRAL_ORDER REPARATION_ORDER DEFERRED_SENTENCE YRO YRO_ISS YRO_FOSTERING
    ACTION_PLAN_ORDER SUPERVISION_ORDER ATTENDANCE_CENTRE_ORDER CURFEW_ORDER DTO SECTION_250 SECTION_254
    SECTION_259 YOI DISMISSED WITHDRAWN DISCONTINUED ACQUITTED""".split()
)
PROGRAMME_TYPE = LEGAL_OUTCOME | frozenset("PREVENTION DIVERSION VOLUNTARY BAIL_SUPPORT LICENCE ISS".split())
APPEAL_STATUS = frozenset("PENDING CHANGED SUCCESSFUL DISMISSED".split())
RESIDENCE = frozenset("LOCAL OTHER".split())
LEVEL = frozenset("LOW MEDIUM HIGH VERY_HIGH".split())
POLICE_CAUTIONS = frozenset(
    """YOUTH_CAUTION YOUTH_CONDITIONAL_CAUTION REPRIMAND FINAL_WARNING ADULT_CAUTION
    ADULT_CONDITIONAL_CAUTION COMMUNITY_RESOLUTION""".split()
)


def _optional(name: str, kind: Kind = "text", codes: frozenset[str] | None = None) -> Column:
    return Column(name, kind, required=False, codes=codes)


YOT = Feed(
    name="yot",
    contract="yot/1",
    system="cms",
    person_column="child_id",
    tables=(
        Table(
            "child",
            ("child_id",),
            (
                Column("child_id"),
                _optional("pnc_id"),
                _optional("cro_no"),
                Column("forename"),
                _optional("middle_names"),
                Column("surname"),
                _optional("aliases"),
                Column("date_of_birth", "date"),
                Column("sex", codes=SEX),
                _optional("ethnicity", codes=ETHNICITY),
                _optional("postcode"),
                _optional("ward_code"),
                Column("home_yot"),
                _optional("team"),
                _optional("case_manager"),
                _optional("sen_status", codes=frozenset("NONE SEN_SUPPORT EHCP".split())),
            ),
            required=True,
        ),
        Table(
            "offence",
            ("offence_id",),
            (
                Column("offence_id"),
                Column("child_id"),
                _optional("asn"),
                _optional("crime_ref"),
                Column("offence_date", "date"),
                _optional("offence_end_date", "date"),
                _optional("arrest_date", "date"),
                _optional("charge_date", "date"),
                _optional("first_hearing_date", "date"),
                Column("cjs_code"),
                _optional("description"),
                _optional("yjb_category", codes=YJB_CATEGORY),
                _optional("seriousness", "integer", codes=frozenset("12345678")),
                _optional("knife_related", "flag"),
                _optional("committed_on_bail", "flag"),
            ),
            required=True,
        ),
        Table(
            "outcome",
            ("outcome_id",),
            (
                Column("outcome_id"),
                Column("offence_id"),
                Column("child_id"),
                Column("occasion_id"),
                _optional("court"),
                _optional("hearing_date", "date"),
                Column("outcome_date", "date"),
                Column("legal_outcome", codes=LEGAL_OUTCOME),
                _optional("main_outcome", "flag"),
                _optional("term_days", "integer"),
                _optional("appeal_status", codes=APPEAL_STATUS),
                _optional("residence", codes=RESIDENCE),
            ),
            required=True,
        ),
        Table(
            "programme",
            ("programme_id",),
            (
                Column("programme_id"),
                Column("child_id"),
                _optional("occasion_id"),
                Column("programme_type", codes=PROGRAMME_TYPE),
                Column("start_date", "date"),
                _optional("planned_end_date", "date"),
                _optional("end_date", "date"),
                _optional("intervention_level", codes=frozenset("STANDARD ENHANCED INTENSIVE".split())),
                _optional("iss", "flag"),
                _optional("breach_date", "date"),
                _optional("provider"),
            ),
        ),
        Table(
            "custody_episode",
            ("episode_id",),
            (
                Column("episode_id"),
                Column("child_id"),
                _optional("occasion_id"),
                _optional("offence_id"),
                Column("kind", codes=frozenset("SENTENCE REMAND RECALL".split())),
                Column("placement_type", codes=frozenset("SCH STC YOI SECURE_SCHOOL".split())),
                _optional("establishment"),
                Column("start_date", "date"),
                _optional("end_date", "date"),
                _optional(
                    "end_reason",
                    codes=frozenset("RELEASED TRANSFERRED ADULT_ESTATE SENTENCED BAILED ACQUITTED DIED".split()),
                ),
            ),
        ),
        Table(
            "assessment",
            ("assessment_id",),
            (
                Column("assessment_id"),
                Column("child_id"),
                Column("assessment_date", "date"),
                _optional("stage"),
                _optional("likelihood_of_reoffending", codes=LEVEL),
                _optional("rosh", codes=LEVEL),
                _optional("safety_wellbeing", codes=LEVEL),
                _optional("yogrs", "decimal"),
            ),
        ),
        Table(
            "assessment_factor",
            ("assessment_id", "factor"),
            (
                Column("assessment_id"),
                Column("child_id"),
                Column("factor"),
                Column("present", "flag"),
            ),
        ),
        Table(
            "care_episode",
            ("care_episode_id",),
            (
                Column("care_episode_id"),
                Column("child_id"),
                Column("care_status", codes=frozenset("LAC CP CIN CARE_LEAVER".split())),
                Column("start_date", "date"),
                _optional("end_date", "date"),
            ),
        ),
        Table(
            "ete_placement",
            ("ete_id",),
            (
                Column("ete_id"),
                Column("child_id"),
                Column(
                    "provision_type",
                    codes=frozenset(
                        """MAINSTREAM ALTERNATIVE COLLEGE TRAINING APPRENTICESHIP EMPLOYMENT
                        ELECTIVE_HOME NEET""".split()
                    ),
                ),
                Column("start_date", "date"),
                _optional("end_date", "date"),
                _optional("hours_offered", "decimal"),
                _optional("hours_attended", "decimal"),
                _optional("suitability", codes=frozenset("SUITABLE UNSUITABLE UNKNOWN".split())),
            ),
        ),
        Table(
            "child_flag",
            ("flag_id",),
            (
                Column("flag_id"),
                Column("child_id"),
                Column("flag"),
                Column("start_date", "date"),
                _optional("end_date", "date"),
            ),
        ),
    ),
)

PNC = Feed(
    name="pnc",
    contract="pnc/1",
    system="pnc",
    person_column="pnc_id",
    tables=(
        Table(
            "nominal",
            ("pnc_id",),
            (
                Column("pnc_id", "pnc_id"),
                _optional("cro_no"),
                Column("surname"),
                Column("forenames"),
                Column("date_of_birth", "date"),
                Column("sex", codes=SEX),
                _optional("postcode"),
                _optional("merged_into", "pnc_id"),
            ),
            required=True,
        ),
        Table(
            "alias",
            ("pnc_id", "surname", "forenames", "date_of_birth"),
            (
                Column("pnc_id", "pnc_id"),
                Column("surname"),
                Column("forenames"),
                _optional("date_of_birth", "date"),
            ),
        ),
        Table(
            "arrest_summons",
            ("asn",),
            (
                Column("asn"),
                Column("pnc_id", "pnc_id"),
                Column("process_stage", codes=frozenset("ARREST SUMMONS CHARGE".split())),
                Column("process_date", "date"),
                Column("force_code"),
            ),
            required=True,
        ),
        Table(
            "offence",
            ("asn", "offence_seq"),
            (
                Column("asn"),
                Column("offence_seq"),
                Column("pnc_id", "pnc_id"),
                Column("cjs_code"),
                _optional("title"),
                Column("start_date", "date"),
                _optional("end_date", "date"),
                _optional("date_qualifier"),
                _optional("court_case_ref"),
                _optional("committed_on_bail", "flag"),
                _optional("plea"),
                _optional("verdict"),
            ),
            required=True,
        ),
        Table(
            "disposal",
            ("asn", "offence_seq", "disposal_seq"),
            (
                Column("asn"),
                Column("offence_seq"),
                Column("disposal_seq"),
                Column("pnc_id", "pnc_id"),
                Column("disposal_type"),
                Column("disposal_date", "date"),
                _optional("hearing_date", "date"),
                _optional("court"),
                _optional("quantity"),
                _optional("appeal_marker", codes=APPEAL_STATUS),
            ),
            required=True,
        ),
    ),
)

FEEDS = {feed.name: feed for feed in (YOT, PNC)}
