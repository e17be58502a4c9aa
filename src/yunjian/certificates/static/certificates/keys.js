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

  const makers = { sof };
  window.YunjianKeys = {
    NoClient,
    WrongPin,
    register(name, maker) { makers[name] = maker; },
    adapter(name, service) { return makers[name](service); },
  };
})();
