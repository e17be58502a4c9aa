// What unfolds lies over the page: it is not clipped by a table, and closes when one goes on.
const opened = () => document.querySelectorAll("details.yj-drop[open], details.yj-more[open]");
const close = (besides) => opened().forEach((one) => { if (!one.contains(besides)) one.open = false; });

document.addEventListener("toggle", (event) => {
  const details = event.target;
  if (!details.matches("details.yj-more")) return;
  // a cell that stays in view is a layer of its own: it has to lie over what comes after it
  const cell = details.closest("td");
  if (cell) cell.classList.toggle("yj-lifted", details.open);
  if (!details.open) return;
  close(details);
  const box = details.querySelector("div");
  const at = details.querySelector("summary").getBoundingClientRect();
  box.style.right = `${document.documentElement.clientWidth - at.right}px`;
  const below = at.bottom + box.offsetHeight < innerHeight;
  box.style.top = `${below ? at.bottom : at.top - box.offsetHeight}px`;
}, true);
document.addEventListener("click", (event) => close(event.target));
document.addEventListener("scroll", (event) => { if (event.target.contains && [...opened()].some((one) => one.matches(".yj-more"))) close(null); }, true);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  opened().forEach((one) => { one.open = false; one.querySelector("summary").focus(); });
});
