// Keys of legal persons, as the sign-in page sees them. An adapter is an object with
//
//   list()               → Promise of [{ id, title }]: the certificates of the keys that are plugged in
//   sign(id, pin, text)  → Promise of { certificate, signature }, both base64: the certificate, and
//                          the signature over the UTF-8 bytes of the text
//   triesLeft(id)        → Promise of the number of tries that are left for the PIN
//
// and throws YunjianKeys.NoClient when the program beside the browser does not answer, and
// YunjianKeys.WrongPin when the PIN is wrong. The PIN goes to that program and nowhere else.
//
// A vendor's own plug-in goes into a file of its own, which registers an adapter under a name:
//   YunjianKeys.register("vendor", (service) => ({ list, sign, triesLeft }));
// and is named by the settings CERTIFICATE_KEY_SCRIPT and CERTIFICATE_KEY_ADAPTER.
(() => {
  "use strict";
  class NoClient extends Error {}
  class WrongPin extends Error {
    constructor(left) {
      super("PIN");
      this.left = left;
    }
  }

  // The usual client of such keys: a service on this machine whose functions have the names of
  // GM/T 0020 (SOF_…). Each is called by POST <service>/<function> with {"args": [...]} and answers
  // {"ErrorCode": 0, "Result": ...}.
  const sof = (service) => {
    const call = async (name, ...args) => {
      let answer;
      try {
        const response = await fetch(`${service}/${name}`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ args }),
          credentials: "omit",
        });
        answer = await response.json();
      } catch (error) {
        throw new NoClient(String(error));
      }
      if (answer.ErrorCode !== 0) throw new Error(`${name}: ${answer.ErrorCode}`);
      return answer.Result;
    };
    const triesLeft = (id) => call("SOF_GetPinRetryCount", id);
    return {
      triesLeft,
      // title||container&&&title||container
      async list() {
        const users = await call("SOF_GetUserList");
        return users.split("&&&").filter(Boolean).map((user) => {
          const [title, id] = user.split("||");
          return { id, title };
        });
      },
      async sign(id, pin, text) {
        if (!(await call("SOF_Login", id, pin))) throw new WrongPin(await triesLeft(id));
        const certificate = await call("SOF_ExportUserCert", id);
        const bytes = new TextEncoder().encode(text);
        const signature = await call("SOF_SignData", id, btoa(String.fromCharCode(...bytes)));
        return { certificate, signature };
      },
    };
  };

  // A request to our own server; what it refuses is thrown as it answered.
  const request = async (url, init, texts) => {
    const response = await fetch(url, { method: "POST", ...init }).catch(() => { throw { message: texts.textNetwork }; });
    const type = response.headers.get("Content-Type") || "";
    if (!type.startsWith("application/json")) throw { message: texts.textNetwork };
    const answer = await response.json();
    if (!response.ok) throw answer;
    return answer;
  };

  // The choice of a key, its PIN and a button, as a page or a dialog shows them: `part` finds the
  // elements choice, pin, state, error and again; `texts` are the data of the box around them.
  // `use(work)` calls work with a function that signs a text, and shows what went wrong.
  const panel = ({ part, texts, button, ready = () => {} }) => {
    const choice = part("choice"), pin = part("pin"), state = part("state"), wrong = part("error");
    const keys = makers[texts.adapter](texts.service);
    const say = (text) => { state.textContent = text; };
    const complain = (text) => {
      wrong.textContent = text;
      wrong.hidden = !text;
    };
    const read = async () => {
      say(texts.textSearching);
      choice.disabled = button.disabled = true;
      choice.replaceChildren();
      try {
        const listed = await keys.list();
        listed.forEach((key) => choice.add(new Option(key.title, key.id)));
        choice.disabled = button.disabled = !listed.length;
        say(listed.length ? "" : texts.textNone);
        if (listed.length) ready(pin);
      } catch (error) {
        say(texts.textNoClient);
      }
    };
    const reason = (error) => {
      if (error instanceof WrongPin)
        return error.left > 0 ? texts.textPinWrong.replace("{n}", error.left) : texts.textPinLocked;
      if (error instanceof NoClient) return texts.textNoClient;
      return error instanceof Error ? texts.textFailed : error.message;
    };
    const use = async (work) => {
      complain("");
      if (!pin.value) {
        complain(texts.textPin);
        pin.focus();
        return;
      }
      button.disabled = true;
      say(texts.textSigning);
      try {
        await work((text) => keys.sign(choice.value, pin.value, text));
      } catch (error) {
        complain(reason(error));
        say("");
        button.disabled = false;
        pin.select();
      }
    };
    part("again").addEventListener("click", read);
    read();
    return { pin, use };
  };

  const makers = { sof };
  window.YunjianKeys = {
    NoClient,
    WrongPin,
    request,
    panel,
    register(name, maker) { makers[name] = maker; },
  };
})();
