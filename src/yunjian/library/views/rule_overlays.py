"""A city's stricter rules: which there are, and uploading another version."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import current_actor
from yunjian.kernel.clock import today
from yunjian.kernel.errors import DomainError
from yunjian.library.forms.rules import OverlayForm
from yunjian.library.policies.rules import may_change_rules, require_change
from yunjian.library.selectors.rules import overlay_drafts, pack_cards
from yunjian.library.services.rules import LONGEST_UPLOAD, overlay_upload
from yunjian.web.forms import add_domain_errors
from yunjian.web.guards import authority_page
from yunjian.web.responses import done

PASTED = "overlay.toml"


@authority_page
@require_GET
def overlays(request: HttpRequest) -> HttpResponse:
    """List the overlays and the drafts of overlays."""
    cards = pack_cards(today())
    context = {
        "cards": [card for card in cards if card.newest.overlays],
        "bases": [card for card in cards if not card.newest.overlays],
        "drafts": overlay_drafts(),
        "may_change": may_change_rules(current_actor()),
    }
    return render(request, "library/rules/overlays.html", context)


@authority_page
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a TOML file or text; what is wrong is named by its row, and the text stays."""
    require_change(current_actor())
    posted = request.method == "POST"
    form = OverlayForm(request.POST, request.FILES) if posted else OverlayForm()
    status = 200
    if posted:
        status = 422
        if form.is_valid() and (content := _content(form)) is not None:
            text, name = content
            try:
                draft = overlay_upload(actor=current_actor(), text=text, filename=name)
            except DomainError as error:
                form = OverlayForm({"text": text})
                add_domain_errors(form, error)
                status = error.status
            else:
                url = reverse("library:rule_draft", args=[draft.code])
                return done(request, gettext("校验通过，请预览后发布"), url)
    return render(request, "library/rules/upload.html", {"form": form}, status=status)


def _content(form: OverlayForm) -> tuple[str, str] | None:
    """Return the text and its name, or say at the form why there is none."""
    file = form.cleaned_data["file"]
    if file is None:
        if form.cleaned_data["text"].strip():
            return form.cleaned_data["text"], PASTED
        form.add_error("file", gettext("请选择文件或粘贴内容"))
        return None
    if file.size > LONGEST_UPLOAD:
        form.add_error("file", gettext("文件太大，最多 512 KB"))
        return None
    try:
        return file.read().decode(), file.name
    except UnicodeDecodeError:
        form.add_error("file", gettext("文件不是 UTF-8 文本"))
        return None
