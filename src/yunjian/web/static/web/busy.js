// What is being sent is not sent twice: the buttons of a form rest until the answer is there.
const LONGEST = 30000;
const buttons = (form) => [...form.querySelectorAll("button:not([type=button])"), ...(form.id ? document.querySelectorAll(`button[form="${form.id}"]`) : [])];

const rest = (form, submitter) => {
  form.dataset.yjBusy = "";
  buttons(form).forEach((button) => {
    button.disabled = true;
    if (button !== submitter) return;
    button.dataset.yjLabel = button.innerHTML;
    button.textContent = document.body.dataset.yjSaving;
  });
  setTimeout(() => wake(form), LONGEST);
};
const wake = (form) => {
  if (!("yjBusy" in form.dataset)) return;
  delete form.dataset.yjBusy;
  buttons(form).forEach((button) => {
    button.disabled = false;
    if (button.dataset.yjLabel === undefined) return;
    button.innerHTML = button.dataset.yjLabel;
    delete button.dataset.yjLabel;
  });
};
// a form that saves itself while one types sends as fill.js says
const BY_ITSELF = "[data-yj-live] form";
const sent = (detail) => (detail.requestConfig.verb !== "get" && detail.elt.matches(`form:not(${BY_ITSELF})`) ? detail.elt : null);

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = sent(event.detail);
  if (!form) return;
  const cause = event.detail.requestConfig.triggeringEvent;
  if ("yjBusy" in form.dataset) { event.preventDefault(); return; }
  rest(form, (cause && cause.submitter) || buttons(form).pop());
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = sent(event.detail);
  const leaves = event.detail.xhr && (event.detail.xhr.getResponseHeader("HX-Redirect") || event.detail.xhr.getResponseHeader("HX-Refresh"));
  if (form && !leaves) wake(form);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.target || form.matches(BY_ITSELF)) return;
  if ("yjBusy" in form.dataset) { event.preventDefault(); return; }
  setTimeout(() => rest(form, event.submitter)); // a disabled button would not be sent
});
window.addEventListener("pageshow", () => document.querySelectorAll("[data-yj-busy]").forEach(wake));
