// Large files go in parts, by tus, and go on where they stopped: after a line that dropped, a pause,
// and, when the same file is chosen again, after the page was left. Small ones go with their form.
const PART = 2 * 1024 * 1024;
const WAITS = [0, 500, 1000, 2000, 4000, 8000, 15000, 30000];
const MEGABYTE = 1024 * 1024;
const KNOWN = "[data-yj-resumable]";
const running = new WeakMap(); // file input → what is being sent: {upload, ready, resting}

let client = null;
const loaded = (address) => {
  client ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", () => resolve(window.tus));
    script.addEventListener("error", () => { client = null; reject(new Error("script")); });
    document.head.append(script);
  });
  return client;
};
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const language = () => document.documentElement.lang;
const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
const megabytes = (bytes) => (bytes / MEGABYTE).toFixed(1);

// the parts of the page that belong to a file input
const partsOf = (input) => {
  const box = input.closest("[data-yj-upload]");
  const part = (name) => box.querySelector(`[data-yj-upload-${name}]`);
  return { sent: part("sent"), panel: part("panel"), bar: part("bar"), text: part("text"), rest: part("rest"), end: part("end"), wrong: part("wrong") };
};
// what is wrong stays until something else happens; how far it came changes all the time
const say = (input, text, wrong = null) => {
  const { panel, text: place, wrong: refusal } = partsOf(input);
  panel.hidden = false;
  place.textContent = text;
  if (wrong === null) return;
  refusal.textContent = wrong;
  refusal.classList.toggle("d-block", wrong !== "");
  input.classList.toggle("is-invalid", wrong !== "");
};
const buttons = (input, { rest = false, end = false, label = "" }) => {
  const parts = partsOf(input);
  parts.rest.hidden = !rest;
  parts.end.hidden = !end;
  parts.bar.hidden = !end;
  if (label) parts.rest.textContent = label;
};
const sentence = (input, response) => {
  try { return JSON.parse(response.getBody()).message || input.dataset.yjFailed; } catch { return input.dataset.yjFailed; }
};

const stop = (input, wrong) => {
  running.delete(input);
  input.value = ""; // the same file can be chosen again
  buttons(input, {});
  say(input, "", wrong);
};

const finish = async (input, one, name) => {
  say(input, input.dataset.yjChecking);
  buttons(input, {});
  for (const wait of WAITS) {
    await pause(wait);
    if (running.get(input) !== one) return;
    let answer = null;
    try {
      answer = await fetch(`${one.upload.url}/finish`, { method: "POST", headers: { "X-CSRFToken": token(), "Accept-Language": language() } });
    } catch { continue; }
    const body = await answer.json().catch(() => ({}));
    if (running.get(input) !== one) return; // another file was chosen meanwhile
    if (answer.ok) {
      partsOf(input).sent.value = body.id;
      running.delete(input);
      input.value = ""; // it is there: it is not sent with the form again
      say(input, `${name} ${input.dataset.yjDone}`, "");
      input.dispatchEvent(new CustomEvent("yj:uploaded", { bubbles: true }));
      return;
    }
    if (answer.status < 500 && answer.status !== 423) { stop(input, body.message || input.dataset.yjFailed); return; }
    if (answer.status === 507) { stop(input, body.message); return; }
  }
  stop(input, input.dataset.yjFailed);
};

const begin = async (input, file) => {
  const parts = partsOf(input);
  const one = { upload: null, ready: false, resting: false };
  const current = () => running.get(input) === one;
  running.set(input, one); // before anything is waited for: from here on the form does not go without it
  say(input, file.name);
  // all it will have is there at once: a button below that moved under a finger would not be pressed
  buttons(input, { rest: true, end: true, label: input.dataset.yjPause });
  let tus = null;
  try { tus = await loaded(input.dataset.yjClient); } catch { if (current()) stop(input, input.dataset.yjFailed); return; }
  if (!current()) return;
  one.upload = new tus.Upload(file, {
    endpoint: input.dataset.yjResumable,
    chunkSize: PART,
    retryDelays: WAITS,
    removeFingerprintOnSuccess: true,
    metadata: { filename: file.name, purpose: input.dataset.yjPurpose },
    fingerprint: async () => ["yj", input.dataset.yjPurpose, file.name, file.size, file.lastModified].join("-"),
    onBeforeRequest: (request) => {
      request.setHeader("X-CSRFToken", token());
      request.setHeader("Accept-Language", language());
    },
    onShouldRetry: (error) => {
      const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
      if (current()) say(input, input.dataset.yjWaiting);
      return status === 0 || status === 409 || status === 423 || (status >= 500 && status !== 507);
    },
    onProgress: (sent, total) => {
      if (!current()) return;
      parts.bar.value = (100 * sent) / total;
      say(input, `${megabytes(sent)} / ${megabytes(total)} MB  ${file.name}`);
    },
    onError: (error) => { if (current()) stop(input, error.originalResponse ? sentence(input, error.originalResponse) : input.dataset.yjFailed); },
    onSuccess: () => { if (current()) finish(input, one, file.name); },
  });
  const [before] = await one.upload.findPreviousUploads();
  if (!current()) return;
  if (before) one.upload.resumeFromPreviousUpload(before);
  one.ready = true;
  if (!one.resting) one.upload.start();
};
// what was being sent stops where it is; the same file goes on from there
const leave = (input) => {
  const one = running.get(input);
  running.delete(input);
  if (one?.upload) one.upload.abort();
};

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches || !input.matches(KNOWN)) return;
  const [file] = input.files;
  if (!file) return;
  leave(input);
  partsOf(input).sent.value = "";
  say(input, "", "");
  buttons(input, {});
  if (file.size > Number(input.dataset.yjMost)) { stop(input, input.dataset.yjTooLarge); return; }
  if (file.size > Number(input.dataset.yjSmall)) begin(input, file);
});
document.addEventListener("click", async (event) => {
  const button = event.target.closest && event.target.closest("[data-yj-upload-rest], [data-yj-upload-end]");
  if (!button) return;
  const input = button.closest("[data-yj-upload]").querySelector(KNOWN);
  const one = running.get(input);
  if (!one) return;
  if ("yjUploadEnd" in button.dataset) {
    stop(input, ""); // at once, however slow the line is
    if (one.ready) one.upload.abort(true).catch(() => {}); // what cannot be told now, expires
    return;
  }
  one.resting = !one.resting;
  buttons(input, { rest: true, end: true, label: one.resting ? input.dataset.yjGoOn : input.dataset.yjPause });
  if (one.ready && one.resting) await one.upload.abort();
  if (one.resting) say(input, input.dataset.yjResting);
  else if (one.ready) one.upload.start();
});

// a form is not sent while its file is on its way
const unfinished = (form) => [...form.querySelectorAll(KNOWN)].find((input) => running.has(input));
document.addEventListener("submit", (event) => {
  const input = unfinished(event.target);
  if (!input) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  say(input, partsOf(input).text.textContent, input.dataset.yjNotYet);
}, true);
// left in between, it stops; the same file goes on
document.addEventListener("hidden.bs.modal", (event) => {
  event.target.querySelectorAll(KNOWN).forEach(leave);
}, true);
