// What was typed is not thrown away unasked: neither by Esc or a click, nor by leaving the page.
const dialog = () => document.getElementById("dialog");
let before = null; // what the form held when it came; null: nothing to lose
let refused = false; // it came back with what was typed
let touched = false; // somebody used it: what a script fills in is nothing to lose
let leaving = false;

const form = () => (dialog() && dialog().querySelector(".modal-body form[method=post]")) || document.querySelector("form[data-yj-unsaved]");
const held = (one) => JSON.stringify([...new FormData(one)].map(([name, value]) => [name, typeof value === "string" ? value : value.name]));
const isChanged = () => {
  const one = form();
  return !leaving && one !== null && before !== null && (refused || (touched && held(one) !== before));
};
const begin = () => { const one = form(); before = one ? held(one) : null; touched = false; };
const touch = (event) => { if (form() && form().contains(event.target)) touched = true; };
document.addEventListener("pointerdown", touch, true);
document.addEventListener("keydown", touch, true);

document.addEventListener("htmx:afterSwap", (event) => {
  if (!dialog() || event.detail.target !== dialog()) return;
  refused = event.detail.requestConfig.verb !== "get";
  leaving = false;
  setTimeout(begin); // after calendars have put dates into their form
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const xhr = event.detail.xhr;
  if (xhr.getResponseHeader("HX-Redirect") || xhr.getResponseHeader("HX-Refresh")) leaving = true;
});
document.addEventListener("submit", (event) => { if (!event.defaultPrevented) leaving = true; });
document.addEventListener("hide.bs.modal", (event) => {
  if (event.target !== dialog()) return;
  if (isChanged() && !window.confirm(dialog().dataset.yjUnsaved)) event.preventDefault();
  else before = null;
});
window.addEventListener("beforeunload", (event) => {
  if (isChanged()) { event.preventDefault(); event.returnValue = ""; }
});
window.addEventListener("pageshow", () => { leaving = false; setTimeout(begin); });
