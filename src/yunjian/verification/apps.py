from django.apps import AppConfig


class VerificationConfig(AppConfig):
    """Comparison and verification reports, recomputed."""

    name = "yunjian.verification"
    verbose_name = "比对与校验报告"

    def ready(self) -> None:
        from yunjian.evidence import sealed_records, vocabulary
        from yunjian.evidence.sealed_records import SealedKind
        from yunjian.records.fields import register
        from yunjian.verification import events, fields, subscribers  # noqa: F401 - it registers itself
        from yunjian.verification.selectors.content import report_contents, sealed_reports

        register(*fields.SPECIFICATIONS)
        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
        sealed_records.register(
            SealedKind(
                model="verification.report",
                verb=events.REPORT_SUBMITTED,
                key="content_digest",
                contents=report_contents,
                sealed=sealed_reports,
            )
        )
