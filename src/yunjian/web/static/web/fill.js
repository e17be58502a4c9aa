// Forms inside [data-yj-live] are answered while one types. One request is on its way at a time and
// the last state follows it (hx-sync), so that no older state is stored after a newer one; one that
// is not answered is given up after a while (hx-request), for all others wait for it.
(() => {
  "use strict";
  // the place where somebody is writing is never overwritten
  Idiomorph.defaults.ignoreActiveValue = true;
  const FORM = "[data-yj-live] form";
  const changed = new WeakSet(); // forms changed since their values were last sent
  const final = new WeakSet(); // forms being handed in
  const isFinal = (cause) => Boolean(cause && cause.submitter && cause.submitter.matches("[data-yj-final]"));

  const change = (event) => {
    const form = event.target.closest && event.target.closest(FORM);
    if (form) changed.add(form);
  };
  document.addEventListener("input", change, true);
  document.addEventListener("change", change, true);
  document.addEventListener("htmx:confirm", (event) => {
    const form = event.detail.elt;
    if (!form.matches(FORM)) return;
    // what is handed in is not typed into meanwhile, nor replaced by what was to be saved before
    if (isFinal(event.detail.triggeringEvent)) { final.add(form); form.inert = true; }
    else if (final.has(form)) event.preventDefault();
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt: form, triggeringEvent, parameters } = event.detail;
    changed.delete(form);
    // htmx forgets the button when the focus leaves it, which it does as soon as the form rests
    if (form.matches(FORM) && isFinal(triggeringEvent)) parameters[triggeringEvent.submitter.name] = triggeringEvent.submitter.value;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt: form, triggeringEvent } = event.detail.requestConfig;
    // an answer to less than what is typed by now would undo the rest; the next brings its own
    if (form.matches(FORM) && (changed.has(form) || (final.has(form) && !isFinal(triggeringEvent)))) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt: form, triggeringEvent } = event.detail.requestConfig;
    if (!form.matches(FORM) || !isFinal(triggeringEvent)) return;
    final.delete(form);
    form.inert = false;
  });
})();
