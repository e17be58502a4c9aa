"""What every event of the chain carries: its payload's keys, and in whose chain it stands.

`STATED` is the table. After every test with a database each event that the test made is compared
with it (`tests/conftest.py`): a service that drops a fact, tells another one, or writes into
somebody else's chain is noticed wherever a test calls it.
"""

from dataclasses import dataclass

import orjson
from django.db import DatabaseError

from yunjian.access.row_policies import bypass_rls
from yunjian.evidence import vocabulary
from yunjian.evidence.models import Event
from yunjian.evidence.models.events import SYSTEM_CHAIN
from yunjian.identity.models import Organization

ANY = frozenset({"agency", "discharger", "authority", "operator"})


@dataclass(frozen=True)
class Stated:
    """The kinds of the chains, the keys that are always there, and those that may be."""

    chains: frozenset[str]
    keys: frozenset[str]
    more: frozenset[str] = frozenset()


def _in(chains: str, keys: str = "", more: str = "") -> Stated:
    kinds = ANY if chains == "any" else frozenset(chains.split())
    return Stated(kinds, frozenset(keys.split()), frozenset(more.split()))


CHANGED = "version changed"
PLACE = "version effective_from reason changed"
FILING = "instrument point number"
_TRAINING_PLAN = "year edition title version items"
_SUPERVISION = "number state digest"

STATED = {
    # administration
    "dictionary.entry_saved": _in("operator", "dictionary code label active"),
    "notice.saved": _in("operator authority system", "title"),
    "notice.published": _in("operator authority system", "title audience recipients"),
    "notice.withdrawn": _in("operator authority", "title"),
    "job.asked": _in("operator", "task"),
    # agencies
    "filing.created": _in("agency", CHANGED),
    "filing.changed": _in("agency", CHANGED),
    "filing.submitted": _in("agency", "people equipment vehicles"),
    "filing.approved": _in("agency", "note number people equipment vehicles"),
    "filing.returned": _in("agency", "note number people equipment vehicles"),
    "person.created": _in("agency", "name position version"),
    "person.changed": _in("agency", CHANGED),
    "person.left": _in("agency", f"left_on {CHANGED}"),
    "certificate.added": _in("agency", "holder number valid_until attachment"),
    "competence.confirmed": _in(
        "agency", "holder scope confirmed_by confirmed_on valid_until attachment"
    ),
    "equipment.created": _in("agency", "asset_number name version"),
    "equipment.changed": _in("agency", CHANGED),
    "equipment.retired": _in("agency", f"reason {CHANGED}"),
    "vehicle.created": _in("agency", "plate version"),
    "vehicle.changed": _in("agency", CHANGED),
    "spare_part.created": _in("agency", "name quantity version"),
    "spare_part.changed": _in("agency", CHANGED),
    "contract.created": _in("agency discharger", "number agency discharger period points"),
    "contract.ended": _in("agency discharger", f"ends_on reason {CHANGED}"),
    # evidence
    "attachment.stored": _in("any", "digest source purpose"),
    "chain_check.asked": _in("authority operator system"),
    "daily_head.carried_over": _in("system", "day body digest"),
    "log.begun": _in("system", "heads"),
    # identity
    "organization.created": _in("any", "name uscc kind"),
    "organization.updated": _in("any", "changed"),
    "organization.status_set": _in("any", "reason changed"),
    "district.created": _in("operator system", "name"),
    "account.created": _in("any", "roles"),
    "account.updated": _in("any", "changed"),
    "account.roles_set": _in("any", "given taken"),
    "account.disabled": _in("any", "reason"),
    "account.enabled": _in("any"),
    "account.reset": _in("any", "authenticator"),
    "account.unlocked": _in("any"),
    "reset.requested": _in("any", "request authenticator reason"),
    "reset.confirmed": _in("any", "request"),
    "reset.refused": _in("any", "request reason"),
    "reset.withdrawn": _in("any", "request"),
    "reset.expired": _in("any", "request"),
    "password.changed": _in("any"),
    "session.opened": _in("any", "means"),
    "session.ended": _in("any", "why", "session number"),
    "second_factor.enrolled": _in("any"),
    "second_factor.removed": _in("any"),
    "recovery_codes.renewed": _in("any"),
    "access.foreign": _in("any"),
    "wechat.bound": _in("any", "account identities"),
    "wechat.switched": _in("any"),
    "wechat.unbound": _in("any", "account own reason"),
    "wechat.refused": _in("system", "what detail address"),
    # certificates
    "certificate.refused": _in(
        "agency discharger authority operator system", "reason", "detail serial fingerprint"
    ),
    "certificate.recorded": _in("any", "serial fingerprint valid_until"),
    "certificate.renewed": _in("any", "serial fingerprint valid_until"),
    "organization.registered": _in("agency", "name uscc serial fingerprint commitment"),
    "revocation_list.loaded": _in("system", "issuer number this_update next_update revoked"),
    "revocation_list.refused": _in("system", "file problem"),
    # maintenance
    "plan.created": _in("agency", "name period items people left_out_reason"),
    "plan.changed": _in("agency", "changed", "tasks_dropped tasks_made"),
    "plan.activated": _in("agency", "tasks_made"),
    "plan.ended": _in("agency", "", "reason tasks_cancelled"),
    "plan.extended": _in("agency", "tasks_made"),
    "task.cancelled": _in("agency", "reason due_on"),
    "task.reassigned": _in("agency", "from to"),
    "visit.signed_in": _in("agency", "task at position distance_m photo clock_offset_ms"),
    "visit.submitted": _in(
        "agency", "content_digest submission_digest verdict sheets entered_on attachments"
    ),
    "visit.second_version_refused": _in("agency", "kept refused"),
    "visit.confirmed": _in("discharger", "content_digest signature signer reason late"),
    "visit.objected": _in("discharger", "content_digest signature signer reason late"),
    "visit.copied": _in("agency discharger authority"),
    # verification
    "report.drafted": _in("agency", "number edition kind form point executed"),
    "report.changed": _in("agency", "number edition version changed"),
    "report.checked": _in("agency", "number edition note"),
    "report.sent_back": _in("agency", "number edition reason"),
    "report.submitted": _in(
        "agency discharger",
        "number edition content_digest signature certificate checker keep_until findings",
    ),
    "report.received": _in("agency", "number edition"),
    "report.returned": _in("agency", "number edition reason remarks"),
    "report.accepted": _in(
        "agency discharger",
        "number edition content_digest note outcome follow_ups correction_due",
    ),
    "report.withdrawn": _in("agency", "number edition reason"),
    "report.revised": _in("agency", "number edition previous"),
    "report.superseded": _in("agency", "number edition by"),
    "report.pattern_changed": _in("agency", "version changed"),
    "report.exception_asked": _in("agency", "report code path reason"),
    "report.exception_granted": _in("agency", "report code path reason"),
    "report.exception_refused": _in("agency", "report code path reason"),
    "report.exception_lifted": _in("agency", "report code path reason"),
    "sheet.design_begun": _in("authority", "base"),
    "sheet.design_dropped": _in("authority", "name"),
    "report_form.begun": _in("authority", "base"),
    "report_form.dropped": _in("authority", "code base"),
    "report_form.published": _in("authority", "name base effective_from content"),
    "report_form.withdrawn": _in("authority", "name ends_on reason"),
    "sheet.published": _in("authority", "name base effective_from definition tasks"),
    # credit
    "training_plan.created": _in("agency", _TRAINING_PLAN),
    "training_plan.changed": _in("agency", CHANGED),
    "training_plan.submitted": _in("agency", _TRAINING_PLAN),
    "training_plan.checked": _in("agency", _TRAINING_PLAN),
    "training_plan.approved": _in("agency", f"{_TRAINING_PLAN} supersedes"),
    "training_plan.returned": _in("agency", f"{_TRAINING_PLAN} remarks"),
    "training_plan.discarded": _in("agency", _TRAINING_PLAN),
    "training.scheduled": _in(
        "agency", "topic starts_at ends_at hours plan_item unplanned_reason people version"
    ),
    "training.changed": _in("agency", CHANGED),
    "training.held": _in("agency", "attendance version"),
    "training.filed": _in("agency", "files version"),
    "training.evaluated": _in("agency", "evaluator evaluated_on conclusion version"),
    "training.cancelled": _in("agency", "reason version"),
    "supervision.drafted": _in("agency", "severity digest"),
    "supervision.discarded": _in("agency"),
    "supervision.issued": _in("agency", _SUPERVISION),
    "supervision.confirmed": _in("agency", f"{_SUPERVISION} text signature"),
    "supervision.appealed": _in("agency", f"{_SUPERVISION} text signature"),
    "supervision.appeal_withdrawn": _in("agency", f"{_SUPERVISION} text"),
    "supervision.appeal_answered": _in("agency", f"{_SUPERVISION} upheld text"),
    "supervision.rectification_asked": _in("agency", f"{_SUPERVISION} text due_on"),
    "supervision.rectification_reported": _in("agency", f"{_SUPERVISION} text files"),
    "supervision.closed": _in("agency", f"{_SUPERVISION} text"),
    "annual_year.closed": _in("agency", "year missing statement"),
    "annual_year.reopened": _in("agency", "year reason"),
    # sources
    "source.created": _in("discharger", "code name version"),
    "source.changed": _in("discharger", PLACE),
    "source.moved": _in("discharger", PLACE),
    "source.closed": _in("discharger", PLACE),
    "source.reopened": _in("discharger", PLACE),
    "outlet.created": _in("discharger", "source code kind version"),
    "outlet.changed": _in("discharger", PLACE),
    "outlet.closed": _in("discharger", PLACE),
    "emission_limit.added": _in(
        "discharger", "outlet code limit effective_from effective_to ended"
    ),
    "emission_limit.ended": _in("discharger", "outlet code limit effective_from reason"),
    "point.created": _in("discharger", "outlet mn_code parameters effective_from version"),
    "point.changed": _in("discharger", PLACE),
    "point.closed": _in("discharger", PLACE),
    # instruments
    "instrument_filing.drafted": _in("discharger", FILING, "origin"),
    "instrument_filing.changed": _in("discharger", f"{FILING} edition changed"),
    "instrument_filing.discarded": _in("discharger", FILING),
    "instrument_filing.submitted": _in("discharger", f"{FILING} values", "late"),
    "instrument_filing.withdrawn": _in("discharger", FILING),
    "instrument_filing.approved": _in("discharger", f"{FILING} note effective_from mn_code values"),
    "instrument_filing.returned": _in("discharger", f"{FILING} reason remarks"),
    "instrument_filing.imported": _in("discharger", "file digest rows submitted"),
    "instrument_filing.import_undone": _in("discharger", "file digest rows"),
    "instrument.retired": _in("discharger", "on reason slot"),
    "instrument.stopped": _in("discharger", "on reason slot"),
    "instrument.resumed": _in("discharger", "on reason slot"),
    "instrument.parameters_changed": _in("discharger", "changed reason changed_at files"),
    "instrument.follow_up_done": _in("discharger", "follow_up title done_on report"),
    "instrument.labels_printed": _in("discharger", "instruments"),
    "report.copied": _in("agency discharger authority"),
    # documents of agencies
    "document.created": _in(
        "agency", "category title maker model read_by_positions read_within points readers"
    ),
    "document.changed": _in("agency", CHANGED),
    "document.written": _in("agency", "number", "document version changed"),
    "document.published": _in("agency", "document number effective_from digest"),
    "document.withdrawn": _in("agency", "number reason"),
    "document.discarded": _in("agency", "document number"),
    "document.read": _in("agency", "person digest"),
    # rules
    "rules.confirmed": _in("authority", "pack row page remark", "value before after confirmed"),
    "rules.corrected": _in("authority", "pack row before after confirmed page remark"),
    "rules.restored": _in("authority", "pack row"),
    "rules.uploaded": _in("authority", "code overlays rows filename"),
    "rules.discarded": _in("authority", "pack rows"),
    "rules.published": _in(
        "authority", "pack based_on overlays effective_from note rows carried content"
    ),
}


def differences() -> list[str]:
    """Return what the events in the database carry against the table."""
    known = {verb for verb, _title in vocabulary.verbs()}
    try:
        with bypass_rls("test"):
            kinds = dict(Organization.unscoped().values_list("pk", "kind"))
            rows = Event.unscoped().filter(verb__in=known).values_list("verb", "chain", "body")
            events = list(rows)
    except DatabaseError:  # the test's last statement was one that the database refuses
        return []
    kinds[SYSTEM_CHAIN] = "system"
    results = []
    for verb, chain, body in events:
        payload = orjson.loads(body).get("payload")
        if payload is None:  # the test itself tampered with the body
            continue
        stated, keys = STATED[verb], set(payload)
        missing, unknown = stated.keys - keys, keys - stated.keys - stated.more
        if missing or unknown:
            results.append(f"{verb}: lacks {sorted(missing)}, says {sorted(unknown)}")
        # a chain of nobody: the test made up an organisation that is not there
        if chain in kinds and kinds[chain] not in stated.chains:
            results.append(f"{verb}: stands in the chain of the {kinds[chain]}")
    return results
