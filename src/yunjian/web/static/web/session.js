// A session that was lost takes nothing along: the sign-in page never comes into a part of a page;
// one signs in beside it and goes on where one was.
let lost = false;
const notice = () => document.getElementById("signed-out");

document.addEventListener("htmx:beforeSwap", (event) => {
  const address = event.detail.xhr.responseURL;
  if (!address || !new URL(address).pathname.startsWith("/signin/")) return;
  event.detail.shouldSwap = false;
  event.stopImmediatePropagation();
  lost = true;
  notice().hidden = false;
}, true);

// signing in gives a new token to forms: those that are open need it
const goOn = async () => {
  if (!lost) return;
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (new URL(answer.url).pathname.startsWith("/signin/")) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const headers = page.body.getAttribute("hx-headers");
  if (!headers) return;
  document.body.setAttribute("hx-headers", headers);
  const token = JSON.parse(headers)["X-CSRFToken"];
  document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
  lost = false;
  notice().hidden = true;
};
window.addEventListener("focus", goOn);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") goOn(); });
