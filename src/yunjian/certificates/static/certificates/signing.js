// Signing with a certificate in a dialog: the key signs a text about the digest of what is shown,
// and what it returned goes with the form. The PIN goes to the program beside the browser alone.
(() => {
  "use strict";
  const begin = (box) => {
    const form = box.closest("form"), texts = box.dataset, { request, panel } = window.YunjianKeys;
    const part = (name) => box.querySelector(`[data-part="${name}"]`);
    const button = part("sign");
    const keys = panel({ part, texts, button });

    button.addEventListener("click", () => keys.use(async (sign) => {
      const body = new FormData();
      body.set("shown_digest", form.elements.shown_digest.value);
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      const asked = await request(texts.challengeUrl, { body }, texts);
      const signed = await sign(asked.text);
      form.elements.challenge.value = asked.id;
      form.elements.certificate.value = signed.certificate;
      form.elements.certificate_signature.value = signed.signature;
      form.requestSubmit();
    }));
    // Enter would send the form without what the key returns
    keys.pin.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (!button.disabled) button.click();
    });
  };

  document.addEventListener("htmx:afterSettle", () => {
    const box = document.getElementById("certificate-signing");
    if (!box || "begun" in box.dataset) return;
    box.dataset.begun = "";
    begin(box);
  });
})();
