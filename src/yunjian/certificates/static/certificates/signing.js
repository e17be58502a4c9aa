// Signing with a certificate in a dialog: the key signs a text about the digest of what is shown,
// and what it returned goes with the form. The PIN goes to the program beside the browser alone.
(() => {
  "use strict";
  const begin = (box) => {
    const form = box.closest("form"), texts = box.dataset;
    const part = (name) => box.querySelector(`[data-part="${name}"]`);
    const choice = part("choice"), pin = part("pin"), sign = part("sign"), state = part("state"), wrong = part("error");
    const keys = window.YunjianKeys.adapter(texts.adapter, texts.service);
    const say = (text) => { state.textContent = text; };
    const complain = (text) => {
      wrong.textContent = text;
      wrong.hidden = !text;
    };

    const challenge = async () => {
      const body = new FormData();
      body.set("shown_digest", form.elements.shown_digest.value);
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      const response = await fetch(texts.challengeUrl, { method: "POST", body }).catch(() => { throw { message: texts.textNetwork }; });
      const type = response.headers.get("Content-Type") || "";
      if (!type.startsWith("application/json")) throw { message: texts.textNetwork };
      const answer = await response.json();
      if (!response.ok) throw answer;
      return answer;
    };

    const read = async () => {
      say(texts.textSearching);
      choice.disabled = sign.disabled = true;
      choice.replaceChildren();
      try {
        const listed = await keys.list();
        listed.forEach((key) => choice.add(new Option(key.title, key.id)));
        choice.disabled = sign.disabled = !listed.length;
        say(listed.length ? "" : texts.textNone);
      } catch (error) {
        say(texts.textNoClient);
      }
    };

    const reason = (error) => {
      if (error instanceof window.YunjianKeys.WrongPin)
        return error.left > 0 ? texts.textPinWrong.replace("{n}", error.left) : texts.textPinLocked;
      if (error instanceof window.YunjianKeys.NoClient) return texts.textNoClient;
      return error instanceof Error ? texts.textFailed : error.message;
    };

    sign.addEventListener("click", async () => {
      complain("");
      if (!pin.value) {
        complain(texts.textPin);
        pin.focus();
        return;
      }
      sign.disabled = true;
      say(texts.textSigning);
      try {
        const asked = await challenge();
        const signed = await keys.sign(choice.value, pin.value, asked.text);
        form.elements.challenge.value = asked.id;
        form.elements.certificate.value = signed.certificate;
        form.elements.certificate_signature.value = signed.signature;
        form.requestSubmit();
      } catch (error) {
        complain(reason(error));
        say("");
        sign.disabled = false;
        pin.select();
      }
    });
    // Enter would send the form without what the key returns
    pin.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (!sign.disabled) sign.click();
    });
    part("again").addEventListener("click", read);
    read();
  };

  document.addEventListener("htmx:afterSettle", () => {
    const box = document.getElementById("certificate-signing");
    if (!box || "begun" in box.dataset) return;
    box.dataset.begun = "";
    begin(box);
  });
})();
