"""The fields that people fill in here."""

from django.utils.translation import gettext_lazy as _

from yunjian.credit.models import (
    Document,
    DocumentVersion,
    Supervision,
    SupervisionStep,
    TrainingParticipant,
    TrainingSession,
)
from yunjian.records.fields import Field, Specification, column_field, personal, section, specify

DOCUMENT = specify(
    Document,
    section(
        Document,
        _("文件"),
        column_field(Document, "category", fixed=True),
        "title",
    ),
    section(Document, _("适用仪器"), "maker", "model"),
    section(
        Document,
        _("阅读要求"),
        column_field(Document, "read_by_positions", on_detail=False),
        column_field(Document, "read_within", unit=_("天")),
    ),
)
DOCUMENT_VERSION = specify(
    DocumentVersion,
    section(
        DocumentVersion,
        _("版本"),
        column_field(DocumentVersion, "body", kind="long", width="wide"),
        "expires_on",
        "change_note",
    ),
)

SESSION = specify(
    TrainingSession,
    section(
        TrainingSession,
        _("培训信息"),
        column_field(TrainingSession, "plan_item", required=False),
        "unplanned_reason",
        "kind",
        "topic",
        column_field(TrainingSession, "content", kind="long"),
        "starts_at",
        "ends_at",
        "hours",
        "place",
        "teacher",
    ),
    section(
        TrainingSession,
        _("效果评价"),
        "evaluator",
        "evaluated_on",
        column_field(TrainingSession, "evaluation", kind="long"),
        "conclusion",
        "cancel_reason",
    ),
)

SPECIFICATIONS: tuple[Specification, ...] = (
    DOCUMENT,
    DOCUMENT_VERSION,
    SESSION,
    # the number of a person's certificate leads to the person
    specify(TrainingParticipant, *personal(TrainingParticipant, "certificate_number")),
    specify(Supervision, Field("person", _("被监督人"), personal=True)),
    specify(SupervisionStep, Field("by_name", _("办理人"), personal=True)),
)
