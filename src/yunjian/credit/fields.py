"""The fields that people fill in here."""

from django.utils.translation import gettext_lazy as _

from yunjian.credit.models import Document, DocumentVersion
from yunjian.records.fields import Specification, column_field, section, specify

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

SPECIFICATIONS: tuple[Specification, ...] = (DOCUMENT, DOCUMENT_VERSION)
