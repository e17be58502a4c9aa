// From the outbox over the wire: what leaves the phone, and what becomes of it with each kind of answer.
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { engineer, NOW } from "../tests/fixtures";
import { digestOf } from "../tests/digests";
import * as db from "./db";
import type { OutboxItem } from "./db";
import type { Draft } from "./model";
import { countUnsynced, flush, isSending, isSignedOut, unsynced, type OutboxListener } from "./outbox";
import { session } from "./session";

type Answer = (init: RequestInit) => Response | Promise<Response>;
interface Sent {
  path: string;
  body: string;
  headers: Record<string, string>;
}

const bytes = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer as ArrayBuffer;
const textOf = (body: unknown): string => new TextDecoder().decode(body as ArrayBuffer);
const stored: Answer = () => new Response('{"id":"stored"}', { status: 201 });
const refused =
  (status: number): Answer =>
  () =>
    new Response(
      JSON.stringify({
        code: `code-${status}`,
        message: `message-${status}`,
        errors: [{ path: "note", code: "too_long", message: "太长" }],
      }),
      { status },
    );
/** As a browser does when the request is given up. */
const silent: Answer = (init) =>
  new Promise((_resolve, reject) =>
    init.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError"))),
  );
const offline: Answer = () => Promise.reject(new TypeError("Failed to fetch"));

let sent: Sent[];
let answers: Answer[];
let events: string[];

const listener: OutboxListener = {
  async onSent(item, answer) {
    events.push(`sent ${item.path} ${JSON.stringify(answer)}`);
  },
  async onRefused(item) {
    events.push(`refused ${item.path} ${item.problem?.code}`);
  },
};

const item = (path: string, change: Partial<OutboxItem> = {}): OutboxItem => ({
  kind: "visit",
  path,
  content_type: "application/json",
  body: bytes(`{"path":"${path}"}`),
  task_id: "task-1",
  account_id: "account-1",
  attempts: 0,
  problem: null,
  ...change,
});
const draft: Draft = {
  task_id: "task-1",
  visit_id: "visit-1",
  account_id: "account-1",
  signed_in_at: null,
  distance: null,
  sheets: {},
  note: "",
  submitted_at: null,
  answer: null,
  problem: null,
};
const enqueue = (...items: OutboxItem[]): Promise<void> => db.enqueue(items, draft);
const paths = (): string[] => sent.map(({ path }) => path);
const waiting = async (): Promise<string[]> => (await db.outboxItems()).map(({ path }) => path);

beforeEach(async () => {
  await db.closeDatabase();
  globalThis.indexedDB = new IDBFactory();
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: NOW });
  document.cookie = "csrftoken=csrf-1";
  session.value = engineer;
  isSignedOut.value = false;
  sent = [];
  events = [];
  answers = [stored];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    sent.push({
      path: url.replace("/api/v1/", ""),
      body: textOf(init.body),
      headers: init.headers as Record<string, string>,
    });
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) as Answer;
    return Promise.resolve(init).then(answer);
  });
  // a success forgets how long the last failures had waited
  await enqueue(item("first"));
  await flush(listener);
  sent = [];
  events = [];
});

afterEach(async () => {
  await vi.waitFor(() => expect(isSending.value).toBe(false));
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("an item", () => {
  it("leaves with its bytes, their type and digest, the token and the phone's time", async () => {
    await enqueue(item("visits/visit-1", { body: bytes('{"note":"更换滤芯"}') }));
    await flush(listener);
    expect(sent).toEqual([
      {
        path: "visits/visit-1",
        body: '{"note":"更换滤芯"}',
        headers: {
          "X-CSRFToken": "csrf-1",
          "Accept-Language": "zh-CN",
          "Content-Type": "application/json",
          "Content-Digest": digestOf('{"note":"更换滤芯"}'),
          "X-Device-Time": NOW.toISOString(),
        },
      },
    ]);
    expect(events).toEqual(['sent visits/visit-1 {"id":"stored"}']);
    expect(await waiting()).toEqual([]);
  });

  it("keeps its own type", async () => {
    await enqueue(item("attachments/1", { content_type: "image/png" }));
    await flush(listener);
    expect(sent[0]?.headers["Content-Type"]).toBe("image/png");
  });

  it("leaves the phone only when its answer has been dealt with", async () => {
    await enqueue(item("visit"));
    const seen: string[][] = [];
    await flush({ ...listener, onSent: async () => void seen.push(await waiting()) });
    expect(seen).toEqual([["visit"]]);
    expect(await waiting()).toEqual([]);
  });

  it("stays when its answer cannot be dealt with", async () => {
    await enqueue(item("visit"));
    const failing = { ...listener, onSent: () => Promise.reject(new Error("store is full")) };
    await expect(flush(failing)).rejects.toThrow("store is full");
    expect(await waiting()).toEqual(["visit"]);
    expect(isSending.value).toBe(false);
    await flush(listener);
    expect(await waiting()).toEqual([]);
  });

  it("that comes while others are being sent goes with them", async () => {
    await enqueue(item("photo"));
    answers = [
      async () => {
        await enqueue(item("visit"));
        return new Response("{}", { status: 201 });
      },
      stored,
    ];
    await flush(listener);
    expect(paths()).toEqual(["photo", "visit"]);
    expect(unsynced.value).toBe(0);
  });

  it("of another account waits until that one is signed in", async () => {
    await enqueue(item("theirs", { account_id: "account-9", task_id: "task-9" }), item("ours"));
    await flush(listener);
    expect(paths()).toEqual(["ours"]);
    expect(await waiting()).toEqual(["theirs"]);
    session.value = { ...engineer, account: { ...engineer.account!, id: "account-9" } };
    await flush(listener);
    expect(paths()).toEqual(["ours", "theirs"]);
  });

  it("that was made before anybody was known is sent", async () => {
    await enqueue(item("early", { account_id: "" }));
    await flush(listener);
    expect(paths()).toEqual(["early"]);
  });
});

describe("while it sends", () => {
  it("says so, and counts down to what is left", async () => {
    await enqueue(item("a"), item("b"));
    await countUnsynced();
    expect([isSending.value, unsynced.value]).toEqual([false, 2]);
    const seen: [boolean, number][] = [];
    await flush({ ...listener, onSent: async () => void seen.push([isSending.value, unsynced.value]) });
    expect(seen).toEqual([
      [true, 2],
      [true, 1],
    ]);
    expect([isSending.value, unsynced.value]).toEqual([false, 0]);
  });
});

describe.each([400, 403, 404, 409, 413, 422])("an answer of %d", (status) => {
  it("stops the task's items with the reason, once, and is not tried again", async () => {
    await enqueue(item("sign-in"), item("visit"), item("other", { task_id: "task-2" }));
    answers = [refused(status), stored];
    await flush(listener);
    expect(paths()).toEqual(["sign-in", "other"]);
    expect(events).toEqual([`refused sign-in code-${status}`, 'sent other {"id":"stored"}']);
    const [stopped, behind] = await db.outboxItems();
    expect(stopped).toMatchObject({
      path: "sign-in",
      attempts: 0,
      problem: {
        code: `code-${status}`,
        message: `message-${status}`,
        errors: [{ path: "note", code: "too_long", message: "太长" }],
      },
    });
    expect(textOf(stopped?.body)).toBe('{"path":"sign-in"}');
    expect(behind).toMatchObject({ path: "visit", problem: null });
    await flush(listener);
    expect(paths()).toEqual(["sign-in", "other"]);
    expect(vi.getTimerCount()).toBe(0);
    expect(isSignedOut.value).toBe(false);
  });
});

describe("an answer of 401", () => {
  it("stops everything and marks nothing: it is sent after the next sign-in", async () => {
    await enqueue(item("visit"), item("other", { task_id: "task-2" }));
    answers = [refused(401)];
    await flush(listener);
    expect(paths()).toEqual(["visit"]);
    expect(events).toEqual([]);
    expect(isSignedOut.value).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    expect((await db.outboxItems()).map(({ problem, attempts }) => [problem, attempts])).toEqual([
      [null, 0],
      [null, 0],
    ]);
    answers = [stored];
    await flush(listener);
    expect(isSignedOut.value).toBe(false);
    expect(await waiting()).toEqual([]);
  });
});

describe.each([
  ["no network", offline],
  ["an answer of 500", refused(500)],
  ["an answer of 502", refused(502)],
  ["an answer of 503", refused(503)],
  ["an answer of 504", refused(504)],
  ["an answer of 408", refused(408)],
  ["an answer of 429", refused(429)],
  [
    "a page of somebody else's with 200",
    (() => new Response("<html>please sign in to this network</html>", { status: 200 })) as Answer,
  ],
  ["an answer that breaks off", (() => new Response('{"id":"v1"', { status: 201 })) as Answer],
  ["an answer that never comes", silent],
])("with %s", (_what, answer) => {
  it("everything waits in order and is tried again by itself, byte for byte", async () => {
    await enqueue(item("photo"), item("other", { task_id: "task-2" }));
    answers = [answer];
    const run = flush(listener);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    if (_what === "an answer that never comes") await vi.advanceTimersByTimeAsync(10 * 60_000);
    await run;
    expect(paths().slice(0, 1)).toEqual(["photo"]);
    expect(events).toEqual([]);
    expect((await db.outboxItems()).map(({ path, attempts, problem }) => [path, attempts > 0, problem])).toEqual([
      ["photo", true, null],
      ["other", false, null],
    ]);
    expect(unsynced.value).toBe(2);
    expect(isSignedOut.value).toBe(false);
    expect(vi.getTimerCount()).toBe(1);
    answers = [stored];
    await vi.advanceTimersByTimeAsync(120_000);
    await vi.waitFor(async () => expect(await waiting()).toEqual([]));
    expect(sent[1]).toMatchObject({ path: "photo", body: sent[0]?.body });
    expect(paths().at(-1)).toBe("other");
  });
});

describe("trying again", () => {
  async function delayUntilNextTry(): Promise<number> {
    const before = sent.length;
    const from = Date.now();
    while (sent.length === before) await vi.advanceTimersToNextTimerAsync();
    return Date.now() - from;
  }

  it("waits 2 seconds, then twice as long each time, never more than two minutes", async () => {
    await enqueue(item("visit"));
    answers = [offline];
    await flush(listener);
    const delays: number[] = [];
    for (let tries = 1; tries <= 8; tries += 1) {
      delays.push(await delayUntilNextTry());
      await vi.waitFor(async () => expect((await db.outboxItems())[0]?.attempts).toBe(tries + 1));
      await vi.waitFor(() => expect(isSending.value).toBe(false));
    }
    expect(delays.map((delay) => Math.round(delay / 1000))).toEqual([2, 4, 8, 16, 32, 64, 120, 120]);
  });

  it("begins with 2 seconds again after a success", async () => {
    await enqueue(item("a"), item("b"));
    answers = [offline, offline, stored, offline];
    await flush(listener);
    await delayUntilNextTry();
    await vi.waitFor(() => expect(isSending.value).toBe(false));
    await flush(listener); // by hand, before its time: `a` succeeds, `b` does not
    expect(paths().at(-1)).toBe("b");
    expect(Math.round((await delayUntilNextTry()) / 1000)).toBe(2);
  });

  it("by hand replaces the try that was planned", async () => {
    await enqueue(item("visit"));
    answers = [offline, stored];
    await flush(listener);
    await flush(listener);
    expect(sent).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });
});
