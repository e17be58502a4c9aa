// The outbox: in order, byte for byte, nothing lost.
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, it } from "vitest";
import { watch } from "vue";
import { Offline, Refused } from "./api";
import { closeDatabase, enqueue, outboxItems, storedDrafts, type OutboxItem } from "./db";
import type { Draft } from "./model";
import { flush, isSending, isSignedOut, unsynced, type OutboxListener, type Send } from "./outbox";

const bytes = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer as ArrayBuffer;
const text = (body: ArrayBuffer): string => new TextDecoder().decode(body);
const item = (task: string, path: string): OutboxItem => ({
  kind: "visit",
  path,
  content_type: "application/json",
  body: bytes(`{"path":"${path}"}`),
  task_id: task,
  account_id: "a",
  attempts: 0,
  problem: null,
});
const draft = (task: string): Draft => ({
  task_id: task,
  visit_id: "v",
  account_id: "a",
  signed_in_at: null,
  distance: null,
  sheets: {},
  note: "写到一半",
  submitted_at: null,
  answer: null,
  problem: null,
});

let sent: [string, string][];
let events: string[];
const listener: OutboxListener = {
  async onSent(each) {
    events.push(`sent ${each.path}`);
  },
  async onRefused(each) {
    events.push(`stopped ${each.path} ${each.problem?.code}`);
  },
};
const accept: Send = async (path, body) => {
  sent.push([path, text(body)]);
  return {};
};
const failing =
  (when: string, error: Error): Send =>
  async (path, body) => {
    sent.push([path, text(body)]);
    if (path === when) throw error;
    return {};
  };

beforeEach(async () => {
  await closeDatabase();
  globalThis.indexedDB = new IDBFactory();
  sent = [];
  events = [];
});

describe("the outbox", () => {
  it("keeps items and draft together, and sends the items in order", async () => {
    await enqueue([item("t", "photo"), item("t", "sign-in"), item("t", "visit")], draft("t"));
    expect((await storedDrafts())[0]?.note).toBe("写到一半");
    await flush(listener, accept);
    expect(sent.map(([path]) => path)).toEqual(["photo", "sign-in", "visit"]);
    expect(await outboxItems()).toEqual([]);
    expect(unsynced.value).toBe(0);
  });

  it("stops at the first item without a network, and repeats the very same bytes later", async () => {
    await enqueue([item("t", "photo"), item("t", "visit")], draft("t"));
    await flush(listener, failing("photo", new Offline("photo")));
    expect(sent.length).toBe(1);
    expect(unsynced.value).toBe(2);
    expect((await outboxItems())[0]?.attempts).toBe(1);
    await flush(listener, accept);
    expect(sent.map(([path]) => path)).toEqual(["photo", "photo", "visit"]);
    expect(sent[0]).toEqual(sent[1]);
  });

  it.each([
    [409, "different_content"],
    [422, "invalid"],
  ])(
    "stops an item refused with %d, holds back what follows it, and goes on with other tasks",
    async (status, code) => {
      await enqueue([item("one", "sign-in-1"), item("one", "visit-1")], draft("one"));
      await enqueue([item("two", "visit-2")], draft("two"));
      const refusal = new Refused(status, code, "请修改", [
        { path: "sheets.0.gas.pump", code: "required", message: "请填写此项" },
      ]);
      await flush(listener, failing("sign-in-1", refusal));
      expect(events).toEqual([`stopped sign-in-1 ${code}`, "sent visit-2"]);
      const [stopped, waiting] = await outboxItems();
      expect(stopped?.problem?.errors[0]?.path).toBe("sheets.0.gas.pump");
      expect(waiting?.path).toBe("visit-1");
      await flush(listener, accept);
      expect(events.length).toBe(2);
      await enqueue([], draft("one"), ({ task_id, problem }) => task_id === "one" && problem !== null);
      expect((await outboxItems()).map((each) => each.path)).toEqual(["visit-1"]);
    },
  );

  it("keeps everything when the session has expired", async () => {
    await enqueue([item("t", "visit")], draft("t"));
    await flush(listener, failing("visit", new Refused(401, "signed_out", "登录已过期", [])));
    expect(isSignedOut.value).toBe(true);
    expect(unsynced.value).toBe(1);
    await flush(listener, accept);
    expect(isSignedOut.value).toBe(false);
    expect(unsynced.value).toBe(0);
  });

  it("sends what is put in and asked for while a run comes to its end", async () => {
    await enqueue([item("t", "first")], draft("t"));
    // the run has looked for more and found nothing …
    const stopPutting = watch(
      isSending,
      (sending) => {
        if (sending) return;
        stopPutting();
        void enqueue([item("u", "late")], draft("u"));
      },
      { flush: "sync" },
    );
    // … and has not ended yet when it is asked again
    const stopAsking = watch(
      unsynced,
      (count) => {
        if (isSending.value || count === 0) return;
        stopAsking();
        void flush(listener, accept);
      },
      { flush: "sync" },
    );
    await flush(listener, accept);
    expect(sent.map(([path]) => path)).toEqual(["first", "late"]);
  });

  it("is one run at a time, however often it is asked", async () => {
    await enqueue([item("t", "visit")], draft("t"));
    await Promise.all([flush(listener, accept), flush(listener, accept), flush(listener, accept)]);
    expect(sent.length).toBe(1);
  });
});
