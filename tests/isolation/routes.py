"""What is expected of every address and every operation of the API: one line each.

A new route needs a line here; the battery fails until it has one. `page` names the permissions
that open it (the code of one, several, or SIGNED_IN, EVERYBODY); `act` the permission without
which it writes nothing (as `page`, if empty). What a route is about follows from the names of its
parameters (`ABOUT`), unless the line says `about`.
"""

from dataclasses import dataclass, field
from typing import Any

from yunjian.kernel.clock import today

EVERYBODY, SIGNED_IN = "everybody", "signed in"
S, A, V = "portal.source", "portal.agency", "portal.supervision"
PLACES = (S, V)
VISITS = (S, A, V)

GET, POST, BOTH = ("get",), ("post",), ("get", "post")
READ = frozenset({200})
WROTE = frozenset({200, 204, 302, 400, 409, 422})

# parameter → the model whose row it names
ABOUT = {
    "source_id": "sources.pollutionsource",
    "outlet_id": "sources.outlet",
    "point_id": "sources.monitoringpoint",
    "limit_id": "sources.emissionlimit",
    "revision_id": "instruments.instrumentrevision",
    "instrument_id": "instruments.instrument",
    "follow_up_id": "instruments.followup",
    "import_id": "instruments.filingimport",
    "filing_id": "agencies.agencyfiling",
    "plan_id": "maintenance.plan",
    "task_id": "maintenance.task",
    "visit_id": "maintenance.visit",
    "design_id": "library.sheetdesign",
    "form_draft_id": "library.reportformdraft",
    "attachment_id": "evidence.attachment",
    "upload_id": "evidence.upload",
    "message_id": "messaging.notification",
    "account_id": "identity.account",
    "session_id": "identity.accountsession",
    "request_id": "identity.resetrequest",
    "binding_id": "identity.wechatbinding",
    "organization_id": "identity.organization",
    "entry_id": "records.dictionaryentry",
    "notice_id": "messaging.notice",
    "document_id": "credit.document",
    "version_id": "credit.documentversion",
    "agency_id": "identity.organization:agency",
    "report_id": "verification.report",
    "material_id": "verification.reportmaterial",
    "original_id": "verification.reportoriginal",
    "exception_id": "verification.findingexception",
    "training_plan_id": "credit.trainingplan",
    "item_id": "credit.trainingplanitem",
    "training_id": "credit.trainingsession",
    "supervision_id": "credit.supervision",
    "year_id": "credit.annualyear",
    "person_id": "agencies.person",
}
# seen by every authority, in whatever district
CITYWIDE = frozenset(
    {
        "agencies.agencyfiling",
        "records.dictionaryentry",
        "credit.document",
        "credit.documentversion",
        "identity.organization:agency",
        "agencies.person",
        "credit.trainingplan",
        "credit.trainingplanitem",
        "credit.trainingsession",
        "credit.supervision",
        "credit.annualyear",
    }
)
# other parameters, where every value is one of the program's own
VALUES = {
    "kind": "analyzer",
    "what": "retire",
    "name": "hj75-g1@1",
    "code": "hj75-2017",
    "row_id": "none",
    "level": "0",
    "place": "000.p/1",
    "part": "contents",
    "key": "number",
    "test": "gas",
    "year": str(today().year),
}


@dataclass(frozen=True)
class Route:
    """What is expected of a route."""

    page: str | tuple[str, ...]
    methods: tuple[str, ...] = GET
    act: str = ""
    about: str = ""
    outside: int = 403  # who may not open it
    ok: frozenset[int] | None = None  # who may, if not READ for get and WROTE for post
    stranger: frozenset[int] = frozenset({404})  # who may, with another organisation's row
    event: bool = True  # a stranger's asking is an event
    anonymous: int = 302
    values: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)


def page(*who: str, **more: Any) -> Route:
    """A page that is only looked at."""
    return Route(who, **more)


def act(who: str | tuple[str, ...], permission: str = "", **more: Any) -> Route:
    """Something that is done at once (POST)."""
    opens = (who,) if isinstance(who, str) else who
    return Route(opens, POST, permission, **more)


def form(who: str | tuple[str, ...], permission: str = "", **more: Any) -> Route:
    """A page or dialog with a form (GET, and POST of an empty form)."""
    opens = (who,) if isinstance(who, str) else who
    return Route(opens, BOTH, permission, **more)


_DOOR = frozenset({200, 302, 400, 422, 405})
_KEEP, _FILE = "sources.keep", "sources.file_instruments"
_PLAN, _REGISTER, _CONTRACT = "maintenance.plan", "agencies.keep_filing", "agencies.enter_contracts"
_REVIEW, _DECIDE = "sources.review_instruments", "agencies.decide_filing"
_DOCUMENTS = "credit.keep_documents"
_RULES, _DESIGN = "rules.change", "maintenance.design_sheets"
_FORMS = "rules.report_forms"
_REPORT_FORM = {"name": "hj75-verification@1"}
_ACCOUNTS = "identity.accounts"
_ALL_ACCOUNTS = (_ACCOUNTS, "identity.accounts_of_all", "identity.security_of_all")
_ACCOUNT_DIALOG: dict[str, Any] = {
    "event": False,
    "outside": 404,
    "ok": frozenset({200, 204, 302, 403, 404, 409, 422}),
}

_REPORT, _REPORT_REVIEW = "verification.prepare", "verification.review"
_TRAININGS, _SUPERVISED = "credit.keep_trainings", "credit.be_supervised"
_RULE: dict[str, Any] = {"ok": WROTE | {403, 404, 405}}
_ORGANIZATIONS, _NOTICES = "identity.organizations", "administration.notices"
_NOTICE: dict[str, Any] = {"event": False, "stranger": frozenset({403, 404})}

ROUTES: dict[str, Route] = {
    # reports
    "verification:agency_reports": page(A),
    "verification:number_pattern": form("verification.set_pattern"),
    "verification:report_new": form(_REPORT),
    "verification:agency_report": page(A),
    "verification:report_edit": form(_REPORT),
    "verification:report_file": form(_REPORT),
    "verification:report_form_move": act(_REPORT),
    "verification:material_new": form(_REPORT),
    "verification:material_remove": act(_REPORT),
    "verification:original_new": form(_REPORT),
    "verification:original_remove": act(_REPORT),
    "verification:readings": form(_REPORT, query={"parameter": "SO2"}),
    "verification:readings_remove": act(_REPORT, query={"parameter": "SO2"}, ok=WROTE | {404}),
    "verification:report_check": form("verification.check", ok=READ | WROTE | {403}),
    "verification:report_send_back": form(_REPORT),
    "verification:report_sign": form("verification.sign"),
    "verification:report_sign_challenge": act("verification.sign", ok=WROTE | {403, 409}),
    "verification:agency_corrections": page(A),
    "verification:source_corrections": page(S),
    "verification:supervision_corrections": page(V),
    "verification:report_revise": act(_REPORT),
    "verification:report_withdraw": form("verification.withdraw"),
    "verification:exception_ask": form(_REPORT),
    "verification:source_reports": page(S),
    "verification:source_report": page(S),
    "verification:supervision_reports": page(V),
    "verification:supervision_report": page(V),
    "verification:report_receive": act(_REPORT_REVIEW),
    "verification:report_return": act(_REPORT_REVIEW),
    "verification:report_accept": form(_REPORT_REVIEW),
    "verification:exception_grant": form(_REPORT_REVIEW),
    "verification:exceptions": page(V),
    "verification:exception_decide": form(_REPORT_REVIEW),
    "verification:exception_lift": form(_REPORT_REVIEW),
    # for everybody
    "health": Route(EVERYBODY),
    "web:home": Route(EVERYBODY, ok=frozenset({302})),
    "set_language": Route(EVERYBODY, POST, ok=frozenset({204, 302})),
    "identity:signin": Route(EVERYBODY, BOTH, ok=_DOOR),
    "identity:signin_code": Route(EVERYBODY, BOTH, ok=_DOOR),
    "identity:signin_change": Route(EVERYBODY, BOTH, ok=_DOOR),
    "identity:signin_enrol": Route(EVERYBODY, BOTH, ok=_DOOR),
    "identity:signout": Route(EVERYBODY, POST, ok=frozenset({302})),
    "certificates:page": Route(EVERYBODY, ok=_DOOR),
    "certificates:challenge": Route(EVERYBODY, POST, ok=_DOOR | {201}),
    "certificates:signin": Route(EVERYBODY, POST, ok=_DOOR),
    "certificates:register": Route(EVERYBODY, BOTH, ok=_DOOR),
    "wechat:callback": Route(EVERYBODY, BOTH, ok=_DOOR | {403, 404}),
    "maintenance:check": Route(EVERYBODY, stranger=READ, event=False),
    "web:list_views": Route(SIGNED_IN, BOTH, values={"name": "agencies.people"}),
    # one's own account
    "identity:account": Route(SIGNED_IN),
    "identity:password": Route(SIGNED_IN, BOTH),
    "identity:authenticator": Route(SIGNED_IN, BOTH, ok=_DOOR),
    "identity:authenticator_remove": Route(SIGNED_IN, BOTH),
    "identity:recovery_codes": Route(SIGNED_IN, BOTH),
    "identity:sessions_end": Route(SIGNED_IN, POST),
    "identity:session_end": Route(SIGNED_IN, POST, stranger=frozenset({403, 404}), event=False),
    "identity:unbind": Route(SIGNED_IN, POST, stranger=frozenset({403, 404}), event=False),
    "identity:messages": Route(SIGNED_IN),
    "identity:messages_read": Route(SIGNED_IN, POST),
    "identity:message_open": Route(SIGNED_IN, POST),
    # accounts of one's organisation
    "identity:accounts": page(_ACCOUNTS),
    "identity:account_new": form(_ACCOUNTS),
    "identity:account_edit": form(_ALL_ACCOUNTS, **_ACCOUNT_DIALOG),
    "identity:account_roles": form(_ALL_ACCOUNTS, **_ACCOUNT_DIALOG),
    "identity:account_disable": form(_ALL_ACCOUNTS, **_ACCOUNT_DIALOG),
    "identity:account_enable": act(_ALL_ACCOUNTS, **_ACCOUNT_DIALOG),
    "identity:account_reset": form(_ALL_ACCOUNTS, **_ACCOUNT_DIALOG),
    "identity:account_unlock": act(_ALL_ACCOUNTS, **_ACCOUNT_DIALOG),
    "identity:account_sessions_end": act(_ALL_ACCOUNTS, **_ACCOUNT_DIALOG),
    "identity:account_bindings": page(*_ALL_ACCOUNTS, **_ACCOUNT_DIALOG),
    "identity:account_binding_end": form(_ALL_ACCOUNTS, **_ACCOUNT_DIALOG),
    "evidence:file": Route((S, A, V), anonymous=404, outside=404),
    "evidence:checkpoint": Route(EVERYBODY),
    "evidence:log_keys": Route(EVERYBODY),
    "evidence:tile": Route(EVERYBODY),
    # administration
    "administration:overview": page("administration.overview"),
    "administration:accounts": page("administration.accounts"),
    "administration:resets": page("identity.resets"),
    "administration:reset_confirm": form("identity.confirm_resets"),
    "administration:reset_refuse": form("identity.confirm_resets"),
    "administration:reset_withdraw": act("identity.security_of_all", ok=WROTE | {403}),
    "administration:roles": page("administration.roles"),
    "administration:service": page("administration.service"),
    "administration:signins": page("administration.signins"),
    "administration:events": page("administration.events"),
    "administration:sessions": page("administration.sessions"),
    "administration:session_end": act("administration.sessions"),
    "administration:jobs": page("administration.jobs"),
    "administration:job_run": act(
        "administration.jobs", values={"name": "access.delete_expired_counters"}
    ),
    "administration:organizations": page(_ORGANIZATIONS),
    "administration:organization_new": form(_ORGANIZATIONS),
    "administration:organization_edit": form(_ORGANIZATIONS),
    "administration:organization_status": form(_ORGANIZATIONS),
    "administration:organization_account_new": form("identity.accounts_of_all"),
    "administration:districts": page(_ORGANIZATIONS),
    "administration:park_new": form(_ORGANIZATIONS),
    "administration:entries": page("administration.dictionaries"),
    "administration:entry_new": form("administration.dictionaries"),
    "administration:entry_edit": form("administration.dictionaries"),
    "administration:notices": page(_NOTICES),
    "administration:notice_new": form(_NOTICES),
    "administration:notice_edit": form(_NOTICES, **_NOTICE),
    "administration:notice_publish": act(_NOTICES, **_NOTICE),
    "administration:notice_withdraw": form(_NOTICES, **_NOTICE),
    "identity:notices": Route(SIGNED_IN),
    "identity:notice": Route(SIGNED_IN, ok=frozenset({200, 404}), event=False),
    # sources
    "sources:home": page(S, ok=frozenset({302})),
    "sources:source_list": page(*PLACES),
    "sources:supervised_sources": page(*PLACES),
    "sources:source_new": form(PLACES, "sources.create"),
    "sources:source_detail": page(*PLACES),
    "sources:source_edit": form(PLACES, _KEEP),
    "sources:source_location": form(PLACES, _KEEP),
    "sources:source_closing": form(PLACES, _KEEP),
    "sources:source_history": page(*PLACES),
    "sources:source_points": page(*PLACES),
    "instruments:outlets": page(*PLACES),
    "instruments:tree": page(*PLACES),
    "sources:outlet_new": form(PLACES, _KEEP, values={"kind": "wastewater"}),
    "sources:outlet_detail": page(*PLACES),
    "sources:outlet_edit": form(PLACES, _KEEP),
    "sources:outlet_closing": form(PLACES, _KEEP),
    "instruments:outlet_points": page(*PLACES),
    "sources:point_new": form(PLACES, _KEEP),
    "sources:limit_new": form(PLACES, _KEEP),
    "sources:limit_ending": form(PLACES, _KEEP),
    "instruments:point_detail": page(*PLACES),
    "sources:point_edit": form(PLACES, _KEEP),
    "sources:point_closing": form(PLACES, _KEEP),
    "sources:position": page(*PLACES, query={"longitude": "121.6", "latitude": "31.2"}),
    "sources:industries": page(*PLACES),
    "sources:streets": page(*PLACES),
    "sources:dischargers": page(*PLACES, ok=frozenset({200, 403})),
    # filing of instruments
    "instruments:filing_new": form(S, _FILE),
    "instruments:filing_measuring": page(S),
    "instruments:filing_makes": page(S),
    # 404 where no reader of nameplates is installed
    "instruments:filing_nameplate": act(S, ok=WROTE | {404}),
    "instruments:filing_paper": page(*PLACES),
    "instruments:labels": act(S),
    "instruments:import_upload": form(S, _FILE),
    "instruments:import_template": page(S),
    "instruments:import": page(S),
    "instruments:import_apply": act(S, _FILE),
    "instruments:import_undo": act(S, _FILE),
    "instruments:standing": page(*PLACES),
    "instruments:filing_edit": form(S, _FILE),
    "instruments:filing_submit": act(S, _FILE),
    "instruments:filing_withdraw": act(S, _FILE),
    "instruments:filing_discard": act(S, _FILE),
    "instruments:instruments": page(S),
    "instruments:follow_ups": page(S),
    "instruments:follow_up_done": form(S, _FILE),
    "instruments:instrument_detail": page(*PLACES),
    "instruments:filing_change": form(S, _FILE),
    "instruments:filing_replace": form(S, _FILE),
    "instruments:filing_relocate": form(S, _FILE),
    "instruments:parameters": form(S, "sources.change_parameters"),
    "instruments:instrument_history": page(*PLACES),
    "instruments:instrument_act": form(S, _FILE),
    # the agency
    "agencies:filing": page(A),
    "agencies:filing_edit": form(A, _REGISTER),
    "agencies:filing_submit": act(A, _REGISTER),
    "agencies:organization": page(A),
    **{
        f"agencies:{register}_{what}": route
        for register, model in {
            "people": "agencies.person",
            "equipment": "agencies.equipment",
            "vehicles": "agencies.vehicle",
            "parts": "agencies.sparepart",
        }.items()
        for what, route in {
            "list": page(A),
            "new": form(A, _REGISTER),
            "detail": page(A, about=model),
            "edit": form(A, _REGISTER, about=model),
        }.items()
    },
    "agencies:contracts_list": page(A),
    "agencies:contracts_new": form(A, _CONTRACT),
    "agencies:contracts_detail": page(A, about="agencies.servicecontract"),
    "agencies:contracts_end": form(A, _CONTRACT, about="agencies.servicecontract"),
    "agencies:people_certificate_new": form(A, _REGISTER, about="agencies.person"),
    "agencies:people_confirmation_new": form(A, _REGISTER, about="agencies.person"),
    "agencies:equipment_certificate_new": form(A, _REGISTER, about="agencies.equipment"),
    "agencies:people_leave": form(A, _REGISTER, about="agencies.person"),
    "agencies:equipment_retire": form(A, _REGISTER, about="agencies.equipment"),
    # plans, tasks, visits
    "maintenance:agency_home": page(A),
    "maintenance:plan_list": page(A),
    "maintenance:plan_new": form(A, _PLAN),
    "maintenance:plan_detail": page(A),
    "maintenance:plan_edit": form(A, _PLAN),
    "maintenance:plan_activate": act(A, _PLAN),
    "maintenance:plan_end": form(A, _PLAN),
    "maintenance:task_list": page(A),
    "maintenance:tasks_reassign": form(A, _PLAN),
    "maintenance:task_cancel": form(A, _PLAN),
    "maintenance:agency_visits": page(A),
    "maintenance:agency_visit": page(A),
    "maintenance:fill": form(A, "maintenance.work", about="maintenance.visit:begun"),
    "maintenance:fill_picture": act(A, "maintenance.work", about="maintenance.visit:begun"),
    "maintenance:agency_workbook": page(A),
    "maintenance:agency_copy": page(A),
    "maintenance:source_visits": page(S),
    "maintenance:source_visit": page(S),
    "maintenance:source_workbook": page(S),
    "maintenance:source_copy": page(S),
    "maintenance:duties": page(*VISITS),
    "verification:paper_pdf": page(*VISITS),
    "verification:paper_xlsx": page(*VISITS),
    "verification:paper_docx": page(*VISITS, ok=frozenset({409})),
    "verification:check": Route(EVERYBODY, stranger=READ, event=False),
    "credit:documents": page(A),
    "credit:document_new": form(A, _DOCUMENTS),
    "credit:coverage": page(A),
    "credit:readings": page(A),
    "credit:document_detail": page(A, V),
    "credit:document_edit": form(A, _DOCUMENTS),
    "credit:version_edit": form(A, _DOCUMENTS),
    "credit:version_shown": page(A, V),
    "credit:version_read": form(A, "credit.read_documents", ok=WROTE | {403}),
    "credit:version_publish": form(A, _DOCUMENTS),
    "credit:version_withdraw": form(A, _DOCUMENTS),
    "credit:version_discard": form(A, _DOCUMENTS),
    "credit:agency_documents": page(V),
    "credit:agency_coverage": page(V),
    # record sheets of the authority
    "library:sheet_list": page(V),
    "library:sheet_shown": page(V),
    "library:sheet_try": act(V),
    "library:sheet_begin": form(V, _DESIGN),
    "library:sheet_pdf": page(V),
    "library:design": form(V, _DESIGN),
    "library:design_try": act(V),
    "library:design_pdf": page(V),
    "library:design_drop": act(V, _DESIGN, stranger=frozenset({403, 404}), event=False),
    "library:design_publish": form(V, _DESIGN),
    # report forms
    "library:report_forms": page(V),
    "library:report_form": page(V, values=_REPORT_FORM),
    "library:report_form_difference": page(V, values=_REPORT_FORM),
    "library:report_form_begin": act(V, _FORMS, values=_REPORT_FORM, ok=WROTE | {403}),
    "library:report_form_withdraw": form(V, _FORMS, values=_REPORT_FORM, ok=WROTE | {403, 404}),
    "library:report_form_draft": page(V),
    "library:report_form_drop": form(V, _FORMS),
    "library:report_form_publish": form(V, _FORMS),
    "library:report_form_line_new": form(V, _FORMS),
    "library:report_form_line": form(V, _FORMS),
    "library:report_form_line_act": act(V, _FORMS),
    # supervision
    "supervision:workbench": page(V),
    "supervision:agencies": page(V),
    "supervision:permissions": page("supervision.see_permissions"),
    "supervision:evidence": page(V),
    "supervision:evidence_check": page(V),
    "supervision:evidence_verify": act("supervision.check_chains"),
    "supervision:ledger": page(V),
    "supervision:visit": page(V),
    "supervision:visit_verify": page(V),
    "supervision:visit_workbook": page(V),
    "supervision:visit_copy": page(V),
    "supervision:filings": page(V),
    "supervision:filing_renewals": act(V, _REVIEW),
    "supervision:filing_renewals_matching": form(V, _REVIEW),
    "supervision:filing_standing": page(V),
    "supervision:filing": page(V),
    "supervision:filing_approve": act(V, _REVIEW),
    "supervision:filing_return": act(V, _REVIEW),
    "supervision:agency_filings": page(V, about="agencies.agencyfiling"),
    "supervision:agency_filing": page(V),
    "supervision:agency_filing_approve": act(V, _DECIDE),
    "supervision:agency_filing_return": form(V, _DECIDE),
    "library:rules": page(V),
    "supervision:what_if": page(V),
    "library:rule_overlays": page(V),
    "library:rule_overlay_upload": form(V, _RULES, **_RULE),
    "library:rule_pack": page(V),
    "library:rule_versions": page(V),
    "library:rule_difference": page(V),
    "library:rule_draft": page(V),
    "library:rule_publish": form(V, _RULES, **_RULE),
    "library:rule_discard": form(V, _RULES, **_RULE),
    "library:rule_confirm": form(V, _RULES, **_RULE),
    "library:rule_correct": form(V, _RULES, **_RULE),
    "library:rule_restore": form(V, _RULES, **_RULE),
    # credit: years, trainings, supervisions
    "credit:years": page(A, ok=frozenset({302})),
    **{f"credit:year_{tab}": page(A) for tab in ("plans", "trainings", "supervisions", "people")},
    "credit:person_year": page(A),
    "credit:year_close": form(A, _TRAININGS),
    "credit:year_reopen": form(A, _TRAININGS),
    "credit:training_plan_new": form(A, _TRAININGS),
    "credit:training_plan_copy": form(A, _TRAININGS),
    "credit:training_new": form(A, _TRAININGS),
    "credit:supervision_new": form(A, "credit.supervise"),
    "credit:training_plan": page(A, V),
    "credit:training_plan_workbook": page(A, V),
    **{
        f"credit:training_{what}": form(A, _TRAININGS)
        for what in (
            "plan_edit",
            "plan_return",
            "plan_submit",
            "plan_check",
            "plan_approve",
            "plan_revise",
            "plan_discard",
            "item_new",
            "item_import",
            "edit",
            "hold",
            "import",
            "file",
            "evaluate",
            "cancel",
        )
    },
    "credit:training_item": form(A, _TRAININGS),
    "credit:training_item_remove": form(A, _TRAININGS),
    "credit:training": page(A, V),
    "credit:training_workbook": page(A, V),
    "credit:supervision": page(A, V),
    **{
        f"credit:supervision_{what}": form(A, "credit.supervise", ok=WROTE | {403})
        for what in ("edit", "issue", "discard", "appeal", "ask", "close")
    },
    **{
        f"credit:supervision_{what}": form(A, "credit.be_supervised", ok=WROTE | {403})
        for what in ("answer", "report", "withdraw")
    },
    "credit:agency_years": page(V),
    **{
        f"credit:agency_year_{tab}": page(V)
        for tab in ("plans", "trainings", "supervisions", "people")
    },
    "credit:agency_person_year": page(V),
}

_LISTED, _REFUSED = frozenset({200, 403}), frozenset({400, 403, 404, 422})
_TAKEN = frozenset({200, 201, 400, 403, 404, 409, 422})
# operations of the API: method and path; who is not signed in gets 401
OPERATIONS: dict[str, Route] = {
    "GET /session": Route(EVERYBODY),
    "GET /wechat/authorize": Route(EVERYBODY, ok=frozenset({302})),
    "GET /wechat/callback": Route(EVERYBODY, ok=frozenset({302})),
    "POST /bindings": Route(SIGNED_IN, ok=_TAKEN | {401}),
    "POST /bindings/{uuid:binding_id}/switch": Route(
        SIGNED_IN, ok=_TAKEN | {401}, stranger=frozenset({401}), event=False
    ),
    "DELETE /bindings/{uuid:binding_id}": Route(SIGNED_IN, ok=_TAKEN | {401}, event=False),
    "POST /session/end": Route(SIGNED_IN, ok=READ),
    "GET /field/package": Route(SIGNED_IN),
    "PUT /attachments/{uuid:attachment_id}": Route(
        SIGNED_IN, ok=_TAKEN, stranger=frozenset({400, 409, 422}), event=False
    ),
    "OPTIONS /uploads": Route(SIGNED_IN, ok=frozenset({204})),
    "POST /uploads": Route(SIGNED_IN, ok=_TAKEN | {412}, stranger=frozenset({412})),
    "HEAD /uploads/{uuid:upload_id}": Route(
        SIGNED_IN, ok=_TAKEN | {412}, stranger=frozenset({412}), event=False
    ),
    "PATCH /uploads/{uuid:upload_id}": Route(
        SIGNED_IN, ok=_TAKEN | {412}, stranger=frozenset({412}), event=False
    ),
    "DELETE /uploads/{uuid:upload_id}": Route(
        SIGNED_IN, ok=_TAKEN | {412}, stranger=frozenset({412}), event=False
    ),
    "POST /uploads/{uuid:upload_id}/finish": Route(SIGNED_IN, ok=_TAKEN | {410}),
    "GET /visits": Route(SIGNED_IN),
    "GET /documents": Route(SIGNED_IN),
    "GET /documents/{uuid:document_id}": Route((A, V), outside=404),
    "POST /documents": Route(SIGNED_IN, act=_DOCUMENTS, ok=_TAKEN),
    **{
        what: Route(
            SIGNED_IN, act=_DOCUMENTS, ok=_TAKEN | {204}, stranger=_REFUSED, event=False
        )
        for what in (
            "PUT /documents/{uuid:document_id}",
            "PUT /documents/{uuid:document_id}/draft",
            "DELETE /documents/versions/{uuid:version_id}",
            "POST /documents/versions/{uuid:version_id}/publish",
            "POST /documents/versions/{uuid:version_id}/withdraw",
        )
    },
    "GET /documents/versions/{uuid:version_id}": Route((A, V), outside=404),
    "GET /readings": Route(SIGNED_IN),
    "PUT /documents/versions/{uuid:version_id}/acknowledgement/{uuid:acknowledgement_id}": Route(
        (A, V), outside=422, ok=_TAKEN, stranger=frozenset({422}), event=False
    ),
    "GET /visits/{uuid:visit_id}": Route(VISITS, outside=404),
    "PUT /visits/{uuid:visit_id}": Route(
        SIGNED_IN, act="maintenance.work", ok=_TAKEN, stranger=frozenset({400, 404, 422}),
        event=False,
    ),
    "PUT /visits/{uuid:visit_id}/sign-in": Route(
        SIGNED_IN, act="maintenance.work", ok=_TAKEN, stranger=frozenset({400, 404, 422}),
        event=False,
    ),
    "PUT /visits/{uuid:visit_id}/confirmation/{uuid:confirmation_id}": Route(
        SIGNED_IN, act="maintenance.decide", ok=_TAKEN, stranger=frozenset({400, 404, 422}),
        event=False,
    ),
    "GET /wechat/js-config": Route(EVERYBODY, ok=_TAKEN | {401, 502, 503}),
    "GET /sources": Route(SIGNED_IN, ok=_LISTED),
    "GET /filings": Route(SIGNED_IN, ok=_LISTED),
    "GET /follow-ups": Route(SIGNED_IN, ok=_LISTED),
    "POST /sources": Route(SIGNED_IN, act="sources.create", ok=_TAKEN),
    **{
        f"GET /{what}": Route(
            PLACES if outside == 403 else VISITS, outside=outside, ok=_LISTED | {404}
        )
        for what, outside in {
            "sources/{uuid:source_id}": 403,
            "sources/{uuid:source_id}/outlets": 403,
            "outlets/{uuid:outlet_id}": 403,
            "points/{uuid:point_id}": 403,
            "filings/{uuid:revision_id}": 404,
            "instruments/{uuid:instrument_id}": 404,
            "filings/{uuid:revision_id}/paper": 404,
            "filing-imports/{uuid:import_id}": 404,
        }.items()
    },
    **{
        what: Route(SIGNED_IN, act=permission, ok=_TAKEN | {204}, stranger=_REFUSED, event=False)
        for what, permission in {
            "PATCH /sources/{uuid:source_id}": _KEEP,
            "POST /sources/{uuid:source_id}/close": _KEEP,
            "POST /sources/{uuid:source_id}/reopen": _KEEP,
            "POST /sources/{uuid:source_id}/outlets": _KEEP,
            "PATCH /outlets/{uuid:outlet_id}": _KEEP,
            "POST /outlets/{uuid:outlet_id}/close": _KEEP,
            "POST /outlets/{uuid:outlet_id}/limits": _KEEP,
            "POST /outlets/{uuid:outlet_id}/points": _KEEP,
            "POST /limits/{uuid:limit_id}/end": _KEEP,
            "PATCH /points/{uuid:point_id}": _KEEP,
            "POST /points/{uuid:point_id}/close": _KEEP,
            "POST /points/{uuid:point_id}/filings": _FILE,
            "PATCH /filings/{uuid:revision_id}": _FILE,
            "DELETE /filings/{uuid:revision_id}": _FILE,
            "POST /filings/{uuid:revision_id}/submit": _FILE,
            "POST /filings/{uuid:revision_id}/withdraw": _FILE,
            "POST /filings/{uuid:revision_id}/approve": _REVIEW,
            "POST /filings/{uuid:revision_id}/return": _REVIEW,
            "POST /instruments/labels": _FILE,
            "GET /sources/{uuid:source_id}/filing-template": _FILE,
            "POST /sources/{uuid:source_id}/filing-imports": _FILE,
            "POST /filing-imports/{uuid:import_id}/apply": _FILE,
            "POST /filing-imports/{uuid:import_id}/undo": _FILE,
            "POST /instruments/{uuid:instrument_id}/filings": _FILE,
            "POST /instruments/{uuid:instrument_id}/replacement": _FILE,
            "POST /instruments/{uuid:instrument_id}/relocation": _FILE,
            "POST /instruments/{uuid:instrument_id}/stop": _FILE,
            "POST /instruments/{uuid:instrument_id}/resume": _FILE,
            "POST /instruments/{uuid:instrument_id}/retire": _FILE,
            "POST /follow-ups/{uuid:follow_up_id}/done": _FILE,
            "POST /instruments/{uuid:instrument_id}/parameter-changes": "sources.change_parameters",
        }.items()
    },
    "GET /report-forms": Route(SIGNED_IN, ok=_LISTED),
    "GET /report-forms/in-force": Route(SIGNED_IN, ok=_LISTED | {422}),
    "GET /report-forms/{str:name}": Route(SIGNED_IN, ok=_LISTED | {404}),
    "GET /reports": Route(SIGNED_IN, ok=_LISTED),
    "GET /report-corrections": Route(SIGNED_IN, ok=_LISTED),
    "GET /reports/{uuid:report_id}": Route(VISITS, outside=404, ok=_LISTED | {404}),
    **{
        what: Route(SIGNED_IN, act=permission, ok=_TAKEN | {204}, stranger=_REFUSED, event=False)
        for what, permission in {
            "POST /points/{uuid:point_id}/reports": _REPORT,
            "PATCH /reports/{uuid:report_id}": _REPORT,
            "PUT /reports/{uuid:report_id}/file": _REPORT,
            "POST /reports/{uuid:report_id}/form": _REPORT,
            "POST /reports/{uuid:report_id}/materials": _REPORT,
            "DELETE /reports/{uuid:report_id}/materials/{uuid:material_id}": _REPORT,
            "POST /reports/{uuid:report_id}/originals": _REPORT,
            "DELETE /reports/{uuid:report_id}/originals/{uuid:original_id}": _REPORT,
            "PUT /reports/{uuid:report_id}/tests": _REPORT,
            "DELETE /reports/{uuid:report_id}/tests": _REPORT,
            "POST /reports/{uuid:report_id}/check": "verification.check",
            "POST /reports/{uuid:report_id}/send-back": _REPORT,
            "POST /reports/{uuid:report_id}/sign": "verification.sign",
            "POST /reports/{uuid:report_id}/sign-challenge": "verification.sign",
            "POST /reports/{uuid:report_id}/revise": _REPORT,
            "POST /reports/{uuid:report_id}/withdraw": "verification.withdraw",
            "POST /reports/{uuid:report_id}/receive": _REPORT_REVIEW,
            "POST /reports/{uuid:report_id}/return": _REPORT_REVIEW,
            "POST /reports/{uuid:report_id}/accept": _REPORT_REVIEW,
        }.items()
    },
    "GET /training-plans": Route(SIGNED_IN, ok=_LISTED),
    "GET /trainings": Route(SIGNED_IN, ok=_LISTED),
    "GET /supervisions": Route(SIGNED_IN, ok=_LISTED),
    "GET /training-plans/{uuid:training_plan_id}": Route((A, V), outside=404, ok=_LISTED | {404}),
    "GET /trainings/{uuid:training_id}": Route((A, V), outside=404, ok=_LISTED | {404}),
    "GET /supervisions/{uuid:supervision_id}": Route((A, V), outside=404, ok=_LISTED | {404}),
    "GET /training-people": Route(SIGNED_IN, ok=_LISTED),
    "GET /supervision-package": Route("credit.supervise", ok=_LISTED),
    **{
        what: Route(SIGNED_IN, act=permission, ok=_TAKEN, stranger=_REFUSED, event=False)
        for what, permission in {
            "PUT /supervisions/{uuid:supervision_id}": "credit.supervise",
            "PUT /supervisions/{uuid:supervision_id}/answer/{uuid:step_id}": _SUPERVISED,
            "POST /supervisions/{uuid:supervision_id}/withdraw": _SUPERVISED,
            "PUT /supervisions/{uuid:supervision_id}/report/{uuid:step_id}": _SUPERVISED,
        }.items()
    },
    "GET /notifications": Route(SIGNED_IN),
    "POST /notifications/read": Route(SIGNED_IN, ok=_TAKEN),
}  # fmt: skip
