"""What the API says about tasks and visits: plain data in the shapes of `docs/phone-api.md`."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from yunjian.evidence.models import Attachment
from yunjian.identity.models import Account, WechatBinding
from yunjian.identity.selectors import bindings_of_account, bindings_of_openid
from yunjian.instruments.models import InstrumentRevision
from yunjian.kernel.clock import now
from yunjian.maintenance.models import Confirmation, Task, Visit
from yunjian.maintenance.selectors.visits import (
    SheetView,
    VisitDetail,
    bucket_of,
    instrument_facts,
    sheet_context,
)

JS_SDK = "/open/js/jweixin-1.6.0.js"


def session_facts(account: Account | None, roles: list[str], openid: str | None) -> dict[str, Any]:
    """Return who is signed in, and which accounts the WeChat identity is bound to."""
    bindings = bindings_of_openid(settings.WECHAT_APP_ID, openid) if openid else []
    return {
        "account": account_facts(account, roles) if account is not None else None,
        "openid_known": openid is not None,
        "bindings": [binding_facts(binding) for binding in bindings],
        "identities": _identities(account, openid) if account is not None else [],
        "server_time": moment(now()),
        "authorize_url": reverse("api:wechat_authorize"),
        "js_sdk": f"{settings.WECHAT_JS_BASE.rstrip('/')}{JS_SDK}" if openid else None,
    }


def _identities(account: Account, openid: str | None) -> list[dict[str, Any]]:
    """Return whose WeChat speaks for an account; of an identity no more than its end is told."""
    return [
        {
            "id": str(binding.pk),
            "tail": binding.openid[-4:],
            "bound_at": moment(binding.bound_at),
            "own": binding.openid == openid,
        }
        for binding in bindings_of_account(settings.WECHAT_APP_ID, account.pk)
    ]


def account_facts(account: Account, roles: list[str]) -> dict[str, Any]:
    """Return an account as its own user sees it."""
    organization = account.organization
    return {
        "id": str(account.pk),
        "name": account.display_name,
        "phone_masked": account.phone_masked,
        "organization": {
            "id": str(organization.pk),
            "name": organization.name,
            "kind": organization.kind,
        },
        "roles": sorted(roles),
    }


def binding_facts(binding: WechatBinding) -> dict[str, Any]:
    """Return a binding: which system, which account."""
    organization = binding.account.organization
    return {
        "id": str(binding.pk),
        "account_id": str(binding.account_id),
        "system": "source" if organization.kind == "discharger" else "supervision",
        "username": binding.account.username,
        "organization_name": organization.name,
        "is_current": binding.is_current,
    }


def task_facts(
    task: Task,
    instruments: list[InstrumentRevision],
    last: dict[str, Any],
    visit: Visit | None,
    more: list[str],
) -> dict[str, Any]:
    """Return a task with everything its engineer needs without a network.

    `more` are the sheets that may be filled in besides those that the task asks for.
    """
    point = task.point
    source = point.outlet.source
    return {
        "id": str(task.pk),
        "due_on": task.due_on.isoformat(),
        "state": task.state,
        "bucket": bucket_of(task),
        "plan_name": task.plan.name if task.plan else "",
        "contents": task.contents,
        "point": {
            "id": str(point.pk),
            "name": point.name,
            "kind": point.kind,
            "mn_code": point.mn_code,
            "outlet_code": point.outlet.code,
            "outlet_name": point.outlet.name,
            "source_name": source.name,
            "address": source.address,
            "longitude": float(point.longitude),
            "latitude": float(point.latitude),
            "datum": "WGS84",
        },
        "discharger_name": task.discharger.name,
        "instruments": [
            {"id": str(revision.instrument_id), **instrument_facts(revision)}
            for revision in instruments
        ],
        "sheets": [
            *({"definition": name, "required": True} for name in task.sheets),
            *({"definition": name, "required": False} for name in more),
        ],
        "prefill": {**sheet_context(task, instruments), "last": last},
        "visit": {"id": str(visit.pk), "state": visit.state} if visit else None,
    }


def visit_row(visit: Visit) -> dict[str, Any]:
    """Return a visit as a line of a list."""
    return {
        "id": str(visit.pk),
        "point_name": visit.point.name,
        "outlet_code": visit.point.outlet.code,
        "source_name": visit.point.outlet.source.name,
        "agency_name": visit.agency.name,
        "engineer_name": visit.engineer.display_name,
        "signed_in_at": moment(visit.signed_in_at),
        "signed_out_at": moment(visit.signed_out_at),
        "verdict": visit.verdict,
        "state": visit.state,
        "deadline": moment(visit.confirm_by),
    }


def visit_facts(detail: VisitDetail) -> dict[str, Any]:
    """Return everything that is shown about a visit, and the digest that a signature binds to."""
    visit = detail.visit
    return {
        **visit_row(visit),
        "point_kind": visit.point.kind,
        "mn_code": visit.point.mn_code,
        "task": {"id": str(visit.task_id), "due_on": visit.task.due_on.isoformat()},
        "submitted_at": moment(visit.submitted_at),
        "participants": visit.participants,
        "note": visit.note,
        "warnings": visit.warnings,
        "sign_in": {
            "at": moment(visit.signed_in_at),
            "longitude": float(visit.sign_in_longitude),
            "latitude": float(visit.sign_in_latitude),
            "accuracy": visit.sign_in_accuracy,
            "datum": visit.sign_in_datum,
            "distance_m": visit.sign_in_distance,
            "photo_id": str(visit.sign_in_photo_id) if visit.sign_in_photo_id else None,
        },
        "sheets": [_sheet_facts(view) for view in detail.sheets],
        "attachments": [_attachment_facts(row) for row in detail.attachments],
        "shown_digest": visit.content_digest,
        "confirmation": confirmation_facts(detail.confirmation),
    }


def confirmation_facts(confirmation: Confirmation | None) -> dict[str, Any] | None:
    """Return the discharger's decision."""
    if confirmation is None:
        return None
    return {
        "id": str(confirmation.pk),
        "decision": confirmation.decision,
        "reason": confirmation.reason,
        "signer_name": confirmation.signer_name,
        "signature_url": reverse("evidence:file", args=[confirmation.signature_id]),
        "decided_at": moment(confirmation.decided_at),
        "late": confirmation.is_late,
    }


def moment(at: datetime | None) -> str | None:
    """Return an aware moment as ISO 8601."""
    return None if at is None else at.isoformat()


def _sheet_facts(view: SheetView) -> dict[str, Any]:
    return {
        "id": str(view.sheet.pk),
        "definition": view.definition,
        "answers": view.sheet.answers,
        "results": view.sheet.results,
        "verdict": view.sheet.verdict,
    }


def _attachment_facts(row: Attachment) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "purpose": row.purpose,
        "url": reverse("evidence:file", args=[row.pk]),
        "taken_at": moment(row.created_at),
    }
