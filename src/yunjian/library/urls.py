"""Addresses of the library in the supervision portal: rule packs, record sheets and report
forms."""

from django.urls import path

from yunjian.library.views import report_forms, rule_drafts, rule_overlays, rules, sheets

app_name = "library"
PACK = "rules/<str:code>/"
ROW = f"{PACK}rows/<str:row_id>/"
SHEET = "sheets/<str:name>/"
DESIGN = "sheets/designs/<uuid:design_id>/"
FORM = "report-forms/<str:name>/"
FORM_DRAFT = "report-forms/drafts/<uuid:form_draft_id>/"
LINES = f"{FORM_DRAFT}<str:part>/"
urlpatterns = [
    path("rules/", rules.library, name="rules"),
    path("rules/overlays/", rule_overlays.overlays, name="rule_overlays"),
    path("rules/overlays/upload/", rule_overlays.upload, name="rule_overlay_upload"),
    path(PACK, rules.pack, name="rule_pack"),
    path(f"{PACK}versions/", rules.versions, name="rule_versions"),
    path(f"{PACK}difference/", rules.difference, name="rule_difference"),
    path(f"{PACK}draft/", rule_drafts.draft, name="rule_draft"),
    path(f"{PACK}draft/publish/", rule_drafts.publish, name="rule_publish"),
    path(f"{PACK}draft/discard/", rule_drafts.discard, name="rule_discard"),
    path(f"{ROW}confirm/", rule_drafts.confirm, name="rule_confirm"),
    path(f"{ROW}correct/", rule_drafts.correct, name="rule_correct"),
    path(f"{ROW}restore/", rule_drafts.restore, name="rule_restore"),
    path("sheets/", sheets.sheet_list, name="sheet_list"),
    path(SHEET, sheets.sheet_shown, name="sheet_shown"),
    path(f"{SHEET}try/", sheets.sheet_try, name="sheet_try"),
    path(f"{SHEET}copy/", sheets.sheet_begin, name="sheet_begin"),
    path(f"{SHEET}empty.pdf", sheets.sheet_pdf, name="sheet_pdf"),
    path(DESIGN, sheets.design_page, name="design"),
    path(f"{DESIGN}try/", sheets.design_try, name="design_try"),
    path(f"{DESIGN}empty.pdf", sheets.design_pdf, name="design_pdf"),
    path(f"{DESIGN}drop/", sheets.design_dropped, name="design_drop"),
    path(f"{DESIGN}publish/", sheets.design_published, name="design_publish"),
    path("report-forms/", report_forms.form_list, name="report_forms"),
    path(FORM, report_forms.form_shown, name="report_form"),
    path(f"{FORM}difference/", report_forms.form_difference, name="report_form_difference"),
    path(f"{FORM}next/", report_forms.form_begun, name="report_form_begin"),
    path(f"{FORM}withdraw/", report_forms.form_withdrawn, name="report_form_withdraw"),
    path(FORM_DRAFT, report_forms.draft_page, name="report_form_draft"),
    path(f"{FORM_DRAFT}drop/", report_forms.draft_dropped, name="report_form_drop"),
    path(f"{FORM_DRAFT}publish/", report_forms.draft_published, name="report_form_publish"),
    path(f"{LINES}new/", report_forms.line_new, name="report_form_line_new"),
    path(f"{LINES}lines/<str:key>/", report_forms.line_edit, name="report_form_line"),
    path(f"{LINES}lines/<str:key>/move/", report_forms.line_act, name="report_form_line_act"),
]
