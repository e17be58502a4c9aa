// Lists: another order, page, filter or choice of columns fetches the rows alone; the address of
// the page always says what is shown. Without this script each of them is a link or a form.
const list = () => document.querySelector("[data-yj-rows]");
let shown = location.pathname + location.search;

const show = (address) => {
  const url = new URL(address, location.href);
  url.searchParams.set("part", "results");
  htmx.ajax("GET", url.pathname + url.search, { source: list(), target: "#results", swap: "innerHTML" });
};

document.addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest("a[data-yj-results]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link.href);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-yj-results]")) return;
  event.preventDefault();
  show(`${form.action.split("?")[0]}?${new URLSearchParams(new FormData(form))}`);
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.detail.target || event.detail.target.id !== "results") return;
  const address = event.detail.target.querySelector("[data-yj-address]").dataset.yjAddress;
  if (address === shown) return;
  shown = address;
  history.pushState({ yjResults: true }, "", address);
});
window.addEventListener("popstate", () => {
  if (list() && location.pathname + location.search !== shown) location.reload();
});
