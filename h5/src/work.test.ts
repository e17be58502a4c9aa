// What the phone says is kept is kept.
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, it, vi } from "vitest";
import * as db from "./db";
import type { Task } from "./model";
import { draftOf, drafts, signIn, submit } from "./work";

const task = { id: "t", point: { longitude: 121.5, latitude: 31.2 }, visit: null, state: "open" } as unknown as Task;
const position = { longitude: 121.5, latitude: 31.2, accuracy: 5, datum: "WGS84" } as const;
const photo = { id: "p", body: new ArrayBuffer(1), type: "image/jpeg" };

beforeEach(async () => {
  await db.closeDatabase();
  globalThis.indexedDB = new IDBFactory();
  drafts.clear();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
});

describe("the engineer's work", () => {
  it("is not called handed in before the phone has kept it", async () => {
    const seen: (string | null)[] = [];
    const original = db.enqueue;
    const enqueue = vi.spyOn(db, "enqueue").mockImplementation(async (items, draft) => {
      seen.push(draftOf(task).submitted_at);
      await original(items, draft);
    });

    await submit(task, [], position);

    expect(seen).toEqual([null]);
    expect(draftOf(task).submitted_at).not.toBeNull();
    expect((await db.storedDrafts())[0]?.submitted_at).toBe(draftOf(task).submitted_at);
    enqueue.mockRestore();
  });

  it("stays as it was when the phone cannot keep it", async () => {
    const enqueue = vi.spyOn(db, "enqueue").mockRejectedValue(new Error("full"));

    await expect(signIn(task, position, photo)).rejects.toThrow("full");
    await expect(submit(task, [], position)).rejects.toThrow("full");

    expect(draftOf(task).signed_in_at).toBeNull();
    expect(draftOf(task).submitted_at).toBeNull();
    enqueue.mockRestore();
  });
});
