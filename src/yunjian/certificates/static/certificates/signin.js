// Signing in with a certificate: read the keys, ask for the PIN, have a challenge signed, send it.
(() => {
  "use strict";
  const form = document.getElementById("certificate-form");
  if (!form) return;
  const part = (name) => document.getElementById(`certificate-${name}`);
  const texts = form.dataset, { request, panel } = window.YunjianKeys;
  const keys = panel({ part, texts, button: part("submit"), ready: (pin) => pin.focus() });
  const post = (url, body) => request(url, {
    headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    body: JSON.stringify(body),
  }, texts);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keys.use(async (sign) => {
      const challenge = await post(texts.challengeUrl, {});
      const signed = await sign(challenge.text);
      const answer = await post(texts.signinUrl, { challenge: challenge.id, certificate: signed.certificate, signature: signed.signature, next: texts.next });
      window.location.assign(answer.next);
    });
  });
})();
