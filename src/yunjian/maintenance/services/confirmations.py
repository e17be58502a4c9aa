"""当天确认: the discharger signs what it was shown."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import attachments_share, record
from yunjian.kernel.clock import now
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState, NotAllowed, NotFound
from yunjian.kernel.ids import check_client_id
from yunjian.maintenance import events
from yunjian.maintenance.domain.submissions import Decision
from yunjian.maintenance.models import Confirmation, Visit
from yunjian.maintenance.models.visits import VisitState
from yunjian.maintenance.policies.visits import may_decide
from yunjian.messaging.services import notify

SIGNATURE = "signature"


@transaction.atomic
def confirmation_sign(
    *, actor: Actor, visit_id: UUID, confirmation_id: UUID, decision: Decision
) -> tuple[Confirmation, bool]:
    """Confirm a visit or object to it; return the decision and whether it is new.

    The signature is bound to the digest of what was shown. The server's clock tells whether it
    came on the day: `is_late` when after `confirm_by`.

    Raises:
        NotFound: the actor sees no such visit.
        NotAllowed: not of this discharger, or only a viewer.
        Conflict: what was shown is not what is stored, or this id was used for another decision.
        InvalidState: the visit is not waiting for a decision.
        InvalidInput: no signature, or an objection without a reason.
    """
    visit = _locked_visit(actor, visit_id)
    made = Confirmation.objects.filter(visit=visit).first()
    if made is not None and made.pk == confirmation_id:
        _check_same(made, decision)
        return made, False
    if visit.state != VisitState.SUBMITTED:
        raise InvalidState(_("这次运维已经处理过，无需再次确认"))
    check_client_id(confirmation_id, "id")
    if decision.shown_digest != visit.content_digest:
        raise Conflict(_("内容已有更新，请重新查看后再签字"), code="content_changed")
    if decision.decision == "object" and not decision.reason.strip():
        raise InvalidInput(_("请填写异议原因"), code="required", field="reason")
    signature = _signature(actor, decision.signature_id)
    decided_at = now()
    confirmation = Confirmation.objects.create(
        id=confirmation_id,
        visit=visit,
        decision=decision.decision,
        reason=decision.reason.strip(),
        signature=signature,
        shown_digest=decision.shown_digest,
        signer_id=actor.account_id,
        signer_name=actor.name,
        decided_at=decided_at,
        is_late=visit.confirm_by is not None and decided_at >= visit.confirm_by,
    )
    confirmed = decision.decision == "confirm"
    visit.state = VisitState.CONFIRMED if confirmed else VisitState.OBJECTED
    visit.save(update_fields=["state"])
    attachments_share(
        ids=[signature.pk], organization_id=visit.agency_id, district_code=visit.district_id
    )
    _tell_agency(visit, confirmation)
    record(
        actor=actor,
        verb=events.VISIT_CONFIRMED if confirmed else events.VISIT_OBJECTED,
        obj=visit,
        payload={
            "content_digest": visit.content_digest,
            "signature": signature.digest,
            "signer": str(actor.account_id),
            "reason": confirmation.reason,
            "late": confirmation.is_late,
        },
    )
    return confirmation, True


def _locked_visit(actor: Actor, visit_id: UUID) -> Visit:
    visit: Visit | None = (
        Visit.objects.select_for_update(of=("self",))
        .select_related("point", "discharger", "engineer")
        .filter(pk=visit_id)
        .first()
    )
    if visit is None:
        raise NotFound(_("没有找到这次运维"))
    if not may_decide(actor, visit):
        raise NotAllowed(_("只有排污单位的负责人或管理员才能确认"))
    return visit


def _check_same(made: Confirmation, decision: Decision) -> None:
    if (made.decision, made.shown_digest, made.signature_id) != (
        decision.decision,
        decision.shown_digest,
        decision.signature_id,
    ):
        raise Conflict(_("同一编号已提交过不同的决定"), code="different_content")


def _signature(actor: Actor, signature_id: UUID) -> Attachment:
    signature = (
        Attachment.unscoped()
        .filter(pk=signature_id, organization_id=actor.own_organization, purpose=SIGNATURE)
        .first()
    )
    if signature is None:
        raise InvalidInput(_("请先签名"), code="required", field="signature_id")
    return signature


def _tell_agency(visit: Visit, confirmation: Confirmation) -> None:
    objected = confirmation.decision == "object"
    outcome = f"提出异议：{confirmation.reason}" if objected else "已签字确认"
    notify(
        recipients=[visit.engineer],
        kind=events.VISIT_OBJECTED if objected else events.VISIT_CONFIRMED,
        title="运维记录有异议" if objected else "运维记录已确认",
        body=f"{visit.discharger.name} 对 {visit.point.name} 的运维记录{outcome}",
        link=f"/h5/#/visits/{visit.pk}",
        about=visit,
    )
