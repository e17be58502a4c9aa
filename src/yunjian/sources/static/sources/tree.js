// The tree of outlets and points: folding, keys, and which point is chosen.
(() => {
  "use strict";
  const SELECT = "[role=treeitem]";
  const tree = () => document.getElementById("tree-items");

  const visible = () => Array.from(tree().querySelectorAll(SELECT)).filter((item) => item.offsetParent !== null);
  const focus = (item) => {
    if (!item) return;
    tree().querySelectorAll("[tabindex='0']").forEach((other) => { other.tabIndex = -1; });
    item.tabIndex = 0;
    item.focus();
  };
  const open = (outlet, wanted) => {
    outlet.setAttribute("aria-expanded", String(wanted));
    if (wanted && "folded" in outlet.dataset) {
      delete outlet.dataset.folded;
      htmx.trigger(outlet, "yj:open");
    }
  };
  const isOpen = (outlet) => outlet.getAttribute("aria-expanded") === "true";

  // one item of the tree takes the tab key: the chosen one, or the first
  const anchor = () => {
    if (!tree() || tree().querySelector("[tabindex='0']")) return;
    const item = tree().querySelector("[aria-selected='true']") || tree().querySelector(SELECT);
    if (item) item.tabIndex = 0;
  };
  const choose = (key) => {
    tree().querySelectorAll("[aria-selected='true']").forEach((item) => item.setAttribute("aria-selected", "false"));
    const item = document.getElementById(`node-${key}`);
    if (item) item.setAttribute("aria-selected", "true");
  };

  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-yj-toggle]");
    if (!row || event.target.closest("a")) return;
    const outlet = row.closest(SELECT);
    open(outlet, !isOpen(outlet));
    focus(outlet);
  });

  document.addEventListener("keydown", (event) => {
    const item = event.target.closest && event.target.closest(`#tree-items ${SELECT}`);
    if (!item || event.altKey || event.ctrlKey || event.metaKey || event.target !== item) return;
    const items = visible();
    const at = items.indexOf(item);
    const outlet = item.hasAttribute("aria-expanded");
    const actions = {
      ArrowDown: () => focus(items[at + 1]),
      ArrowUp: () => focus(items[at - 1]),
      Home: () => focus(items[0]),
      End: () => focus(items[items.length - 1]),
      ArrowRight: () => {
        if (!outlet) return;
        if (isOpen(item)) focus(items[at + 1]);
        else open(item, true);
      },
      ArrowLeft: () => {
        if (outlet) open(item, false);
        else focus(item.parentElement.closest(SELECT));
      },
      Enter: () => { if (outlet) open(item, !isOpen(item)); else item.click(); },
      " ": () => { if (outlet) open(item, !isOpen(item)); else item.click(); },
    };
    if (!(event.key in actions)) return;
    event.preventDefault();
    actions[event.key]();
  });

  // back and forward in quick succession: only the last one counts, in whatever order they answer
  let restoring = null;
  document.addEventListener("htmx:historyCacheMiss", (event) => {
    if (restoring) restoring.abort();
    restoring = event.detail.xhr;
  });

  document.addEventListener("htmx:afterSettle", () => {
    const panel = document.getElementById("point-panel");
    if (!tree() || !panel) return;
    choose(panel.dataset.point);
    anchor();
  });
  if (tree()) {
    anchor();
    const chosen = tree().querySelector("[aria-selected='true']");
    if (chosen) chosen.scrollIntoView({ block: "nearest" });
  }
})();
