// Signing in with a certificate: read the keys, ask for the PIN, have a challenge signed, send it.
(() => {
  "use strict";
  const form = document.getElementById("certificate-form");
  if (!form) return;
  const part = (name) => document.getElementById(`certificate-${name}`);
  const choice = part("choice"), pin = part("pin"), submit = part("submit"), state = part("state"), wrong = part("error");
  const texts = form.dataset;
  const keys = window.YunjianKeys.adapter(texts.adapter, texts.service);

  const say = (text) => { state.textContent = text; };
  const complain = (text) => {
    wrong.textContent = text;
    wrong.hidden = !text;
  };

  const post = async (url, body) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      body: JSON.stringify(body),
    }).catch(() => { throw { message: texts.textNetwork }; });
    const type = response.headers.get("Content-Type") || "";
    if (!type.startsWith("application/json")) throw { message: texts.textNetwork };
    const answer = await response.json();
    if (!response.ok) throw answer;
    return answer;
  };

  const read = async () => {
    say(texts.textSearching);
    choice.disabled = submit.disabled = true;
    choice.replaceChildren();
    try {
      const listed = await keys.list();
      listed.forEach((key) => choice.add(new Option(key.title, key.id)));
      choice.disabled = submit.disabled = !listed.length;
      say(listed.length ? "" : texts.textNone);
      if (listed.length) pin.focus();
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

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    complain("");
    if (!pin.value) {
      complain(texts.textPin);
      pin.focus();
      return;
    }
    submit.disabled = true;
    say(texts.textSigning);
    try {
      const challenge = await post(texts.challengeUrl, {});
      const signed = await keys.sign(choice.value, pin.value, challenge.text);
      const answer = await post(texts.signinUrl, { challenge: challenge.id, certificate: signed.certificate, signature: signed.signature, next: texts.next });
      window.location.assign(answer.next);
    } catch (error) {
      complain(reason(error));
      say("");
      submit.disabled = false;
      pin.select();
    }
  });
  part("again").addEventListener("click", read);
  read();
})();
