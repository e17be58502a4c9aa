// Whoever comes back to a list finds it as it was left: filter, order, columns and position.
const KEY = "yj-list:";
const remember = () => {
  const list = document.querySelector("[data-yj-rows]");
  if (list) sessionStorage.setItem(KEY + list.dataset.yjRows, location.search);
};
const left = (path) => sessionStorage.getItem(KEY + path) || "";

document.addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest(".yj-main a[href]");
  if (!link || link.search || link.closest("[data-yj-rows]") || link.pathname === location.pathname) return;
  const search = left(link.pathname);
  if (search) link.search = search;
}, true);
// a decision leads back to its list: the form says how the list was left
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || document.querySelector("[data-yj-rows]")) return;
  const parent = [...document.querySelectorAll(".yj-breadcrumb a[href], .yj-actions a[href]")].find((link) => left(link.pathname));
  if (!parent || form.elements._back) return;
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "_back", value: parent.pathname + left(parent.pathname) });
  form.append(field);
}, true);
document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target && event.detail.target.id === "results") setTimeout(remember); });
remember();
