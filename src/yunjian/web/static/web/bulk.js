// Ticks of a list: all of this page at once, and how many there are.
const boxes = () => [...document.querySelectorAll(".yj-list tbody input[type=checkbox]")];
const count = () => {
  const chosen = boxes().filter((box) => box.checked).length;
  document.querySelectorAll("[data-yj-chosen]").forEach((place) => { place.textContent = chosen ? place.dataset.yjChosen.replace("0", chosen) : ""; });
  const all = document.querySelector("[data-yj-check-all]");
  if (!all) return;
  all.checked = chosen > 0 && chosen === boxes().length;
  all.indeterminate = chosen > 0 && !all.checked;
};
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-yj-check-all]")) boxes().forEach((box) => { box.checked = event.target.checked; });
  if (event.target.matches(".yj-list input[type=checkbox]")) count();
});
window.addEventListener("pageshow", count);
