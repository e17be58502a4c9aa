"""What people do with pages: sign in, fill in forms and sheets, sign on the screen."""

from typing import Any

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.support.phone import picture
from tests.support.serving import Served
from tests.support.sheet_values import honest_answers
from tests.support.world import PASSWORD, current_code
from yunjian.identity.models import Account
from yunjian.identity.selectors import has_second_factor
from yunjian.standards import sheets


def photo(name: str = "photo.jpg") -> FilePayload:
    """Return a picture as a camera hands it over."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture(name)}


def sign_in(page: Page, server: Served, username: str, password: str = PASSWORD) -> None:
    """Sign in on a PC, with the code of the authenticator when the account has one."""
    page.goto(f"{server.base}/signin/")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_test_id("signin").click()
    account = Account.objects.get(username=username)
    if has_second_factor(account):
        page.get_by_label("动态口令").fill(current_code(account))
        page.get_by_test_id("signin-step").click()
    page.get_by_test_id("account-menu").wait_for()


def open_in_wechat(page: Page, server: Served, wechat_user: str) -> None:
    """Open the phone app from WeChat: the simulator asks who holds the phone."""
    page.goto(f"{server.base}/h5/")
    page.get_by_role("link", name=wechat_user).or_(
        page.get_by_role("button", name=wechat_user)
    ).click()
    page.wait_for_url(f"{server.base}/h5/**")


def bind(page: Page, system: str, username: str, password: str = PASSWORD) -> None:
    """Bind the WeChat identity to an account."""
    page.get_by_test_id(f"bind-system-{system}").click()
    page.get_by_test_id("bind-username").locator("input").fill(username)
    page.get_by_test_id("bind-password").locator("input").fill(password)
    page.get_by_test_id("bind-submit").click()


def opened_dialog(page: Page) -> Locator:
    """Return the dialog once it has opened wholly, which is when it takes the focus."""
    dialog = page.locator("#dialog")
    expect(dialog.locator(":focus")).to_be_visible()
    return dialog


def settled(page: Page) -> None:
    """Wait until what was asked for stands on the page: a part that is replaced takes no clicks."""
    busy = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
    expect(page.locator(busy)).to_have_count(0)


def fill_form(scope: Locator, values: dict[str, str]) -> None:
    """Fill in a form by the names of its fields."""
    for name, value in values.items():
        control = scope.locator(f"[name='{name}']").first
        if control.evaluate("element => element.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
            control.press("Tab")


def fill_sheet(page: Page, name: str) -> None:
    """Fill in every section of a record sheet as an honest engineer does, and finish it."""
    definition = sheets.definition(name).source
    answers = honest_answers(definition)
    page.get_by_test_id(f"sheet-open-{definition['code']}").click()
    expect(page.get_by_test_id("section-next")).to_be_visible()
    for section in definition["sections"]:
        tab = page.get_by_test_id(f"section-{section['key']}")
        if tab.count():  # what is not chosen is not shown
            tab.click()
            _fill_section(page, section, answers[section["key"]])
            last = tab
    last.click()
    page.get_by_test_id("section-next").click()
    expect(page.get_by_test_id(f"sheet-complete-{definition['code']}")).to_be_visible()


def _fill_section(page: Page, section: dict[str, Any], answers: Any) -> None:
    if section["kind"] == "checklist":
        first = section["items"][0]["key"]
        page.get_by_test_id(f"item-{section['key']}-{first}-normal").click()
        page.get_by_test_id("all-normal").click()
        return
    if section["kind"] != "group":
        _fill_fields(page, section, f"field-{section['key']}-", answers)
        return
    if section["key"] == "cylinders":
        page.get_by_test_id(f"row-add-{section['key']}").click()
    values = honest_answers({"sections": [{**section, "min": 1}]})[section["key"]][0]
    first = section["fields"][0]["key"]
    rows = page.locator(f"[data-testid^='field-{section['key']}-'][data-testid$='-{first}']")
    for index in range(rows.count()):
        _fill_fields(page, section, f"field-{section['key']}-{index}-", values)


def _fill_fields(page: Page, section: dict[str, Any], prefix: str, values: dict[str, Any]) -> None:
    for field in section["fields"]:
        if field.get("show") and not page.get_by_test_id(f"{prefix}{field['key']}").count():
            continue
        _fill_field(page, field, f"{prefix}{field['key']}", values.get(field["key"]))


def _fill_field(page: Page, field: dict[str, Any], testid: str, value: Any) -> None:
    control = page.get_by_test_id(testid)
    match field["type"]:
        case "computed" | "signature":
            return
        case "photo":
            control.set_input_files([photo()])
        case "boolean":
            page.get_by_test_id(f"{testid}-{'yes' if value else 'no'}").click()
        case "choices":
            _tick(page, testid, value)
        case "text" | "longtext":
            box = control.locator("input, textarea").first
            if not box.input_value():
                box.fill(str(value))
        case "number":
            control.locator("input").fill(f"{value:g}")
        case _:
            if control.locator("input").input_value():
                return
            control.click()
            confirm = page.locator(".van-popup:visible .van-picker__confirm")
            confirm.click()
            expect(confirm).to_be_hidden()


def _tick(page: Page, testid: str, choices: list[str]) -> None:
    for choice in choices:
        box = page.get_by_test_id(f"{testid}-{choice}")
        if box.get_attribute("aria-checked") != "true":
            box.click()


def draw_signature(page: Page) -> None:
    """Sign with a finger."""
    page.get_by_test_id("signature-pad").locator("canvas").wait_for()
    strokes = [(0.2, 0.3, 0.5, 0.7), (0.5, 0.25, 0.45, 0.8), (0.55, 0.5, 0.85, 0.35)]
    page.evaluate(
        """(strokes) => {
          const canvas = document.querySelector('[data-testid=signature-pad] canvas');
          // where it is now: the pad may still be sliding in, and no stroke may miss it
          const box = canvas.getBoundingClientRect();
          const touch = (type, x, y) => {
            const at = new Touch({ identifier: 1, target: canvas, clientX: x, clientY: y });
            const touches = type === 'touchend' ? [] : [at];
            canvas.dispatchEvent(new TouchEvent(type, {
              touches, targetTouches: touches, changedTouches: [at],
              bubbles: true, cancelable: true,
            }));
          };
          for (const [x1, y1, x2, y2] of strokes) {
            const x = (part) => box.x + part * box.width, y = (part) => box.y + part * box.height;
            touch('touchstart', x(x1), y(y1));
            for (let step = 1; step <= 8; step += 1)
              touch('touchmove', x(x1 + (x2 - x1) * step / 8), y(y1 + (y2 - y1) * step / 8));
            touch('touchend', x(x2), y(y2));
          }
        }""",
        strokes,
    )
