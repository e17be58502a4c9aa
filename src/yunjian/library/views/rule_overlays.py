"""A city's stricter rules: which there are, and uploading another version."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import current_actor
from yunjian.kernel.clock import today
from yunjian.library.forms.rules import OverlayForm
from yunjian.library.policies import may_change_rules, require_change
from yunjian.library.selectors.rules import overlay_drafts, pack_cards
from yunjian.library.services.rules import overlay_upload
from yunjian.library.views.rules import PARENTS
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.guards import authority_page
from yunjian.web.responses import done


@authority_page
@require_GET
def overlays(request: HttpRequest) -> HttpResponse:
    """List the overlays and the drafts of overlays."""
    cards = pack_cards(today())
    context = {
        "title": gettext("地方加严规则"),
        "parents": PARENTS,
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
    form = OverlayForm(posted(request), request.FILES or None)

    def save() -> HttpResponse:
        draft = overlay_upload(actor=current_actor(), **form.cleaned_data)
        url = reverse("library:rule_draft", args=[draft.code])
        return done(request, gettext("校验通过，请预览后发布"), url)

    return form_dialog(
        request,
        form,
        save=save,
        template="library/rules/upload.html",
        title=gettext("上传地方加严规则"),
    )
