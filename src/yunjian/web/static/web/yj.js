// The little behaviour that the pages need: dialogs, toasts, calendars.
(() => {
  "use strict";
  const dialog = document.getElementById("dialog");

  const calendars = (root) => {
    const options = { locale: document.documentElement.lang.startsWith("zh") ? "zh" : "default", allowInput: true, disableMobile: true };
    root.querySelectorAll("[data-yj-date], [data-yj-datetime]").forEach((input) => {
      const enableTime = "yjDatetime" in input.dataset;
      if (!input._flatpickr) flatpickr(input, { ...options, enableTime, time_24hr: true, dateFormat: enableTime ? "Y-m-d H:i" : "Y-m-d", static: !!input.closest(".modal") });
    });
  };

  const showToast = (element) => bootstrap.Toast.getOrCreateInstance(element).show();

  const failed = () => {
    const template = document.getElementById("toast-failed");
    if (!template) return;
    const toast = template.content.firstElementChild.cloneNode(true);
    document.getElementById("toasts").append(toast);
    showToast(toast);
  };

  document.addEventListener("htmx:afterSwap", (event) => {
    // what comes back by the browser's buttons has no target in its details
    calendars(event.detail.target || event.target);
    if (dialog && event.detail.target === dialog) {
      bootstrap.Modal.getOrCreateInstance(dialog, { backdrop: "static" }).show();
      const wrong = dialog.querySelector(".is-invalid");
      if (wrong) wrong.focus();
    }
  });
  if (dialog) {
    dialog.addEventListener("shown.bs.modal", () => {
      const first = dialog.querySelector(".is-invalid, [autofocus]") || dialog.querySelector("input:not([type=hidden]):not([readonly]), select, textarea");
      if (first) first.focus();
    });
    dialog.addEventListener("hidden.bs.modal", () => dialog.replaceChildren());
  }
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);
  // fields that follow a choice are fetched anew: what was typed meanwhile stays, and so the focus
  let typed = new Map(), focused = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.target || event.detail.target.id !== "filing-measuring") return;
    typed = new Map([...event.detail.target.querySelectorAll("[name]")].map((field) => [field.name, field.value]));
    focused = event.detail.target.contains(document.activeElement) ? document.activeElement.name : "";
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!event.detail.target || event.detail.target.id !== "filing-measuring") return;
    event.detail.target.querySelectorAll("[name]").forEach((field) => {
      const value = typed.get(field.name);
      if (!value) return;
      if (field.tagName !== "SELECT" || [...field.options].some((option) => option.value === value)) field.value = value;
      if (field.name === focused) field.focus();
    });
  });
  // a value that was read from a photo stays a proposal until somebody takes it
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-yj-fill]");
    if (!button) return;
    const field = document.querySelector(`#filing-form [name="${button.dataset.yjFill}"]`);
    if (!field) return;
    field.value = button.dataset.yjValue;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    button.textContent = button.dataset.yjDone;
    button.disabled = true;
  });
  // what is cut off in a list is said in full by the cell's title
  document.addEventListener("mouseover", (event) => {
    const cell = event.target.closest && event.target.closest(".yj-list td");
    if (cell && !cell.title && cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent.trim();
  });
  document.querySelectorAll(".toast").forEach(showToast);
  document.querySelectorAll("[data-yj-print]").forEach((button) => button.addEventListener("click", () => window.print()));
  calendars(document);
})();
