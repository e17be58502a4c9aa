// A visit as it goes to the server: what is sent for it, in which order, and what the phone remembers.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { digestOf } from "../tests/digests";
import { engineer, fieldPackage, NOW, task } from "../tests/fixtures";
import { json, refusal, serveField, server, settle, useFreshPhone } from "../tests/harness";
import type * as Db from "./db";
import type * as Outbox from "./outbox";
import type * as Session from "./session";
import type { Photo } from "./photos";
import type { SheetDraft, VisitAnswer } from "./model";
import type * as Work from "./work";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const position = { longitude: 121.501, latitude: 31.2, accuracy: 15, datum: "WGS84" } as const;
const photo: Photo = { id: "photo-1", body: new Uint8Array([0xff, 0xd8, 9]).buffer, type: "image/jpeg" };
const AT = NOW.toISOString();
const accepted: VisitAnswer = {
  id: "visit-of-server",
  state: "submitted",
  verdict: "attention",
  content_digest: "digest-1",
  submitted_at: "2026-11-20T09:03:00+08:00",
  follow_ups: [{ kind: "check", path: "main.flow", message: "流量偏高", clause: "5.1" }],
};
const gas: SheetDraft = {
  id: "sheet-1",
  answers: { main: { flow: 6 } },
  started_at: "2026-11-20T00:30:00.000Z",
  finished_at: "2026-11-20T00:50:00.000Z",
};
const repair: SheetDraft = { id: "sheet-2", answers: {}, started_at: "2026-11-20T00:51:00.000Z", finished_at: null };

let work: typeof Work;
let db: typeof Db;
let outbox: typeof Outbox;

/** The app's modules anew: what they know then is what the phone has stored. */
async function restart(): Promise<void> {
  vi.resetModules();
  const session: typeof Session = await import("./session");
  session.session.value = engineer;
  [work, db, outbox] = [await import("./work"), await import("./db"), await import("./outbox")];
}

useFreshPhone();
beforeEach(async () => {
  await restart();
  serveField();
  server.on("PUT", "*", () => json(accepted, 201));
});
afterEach(() => db.closeDatabase());

const visitId = (): string => work.draftOf(task).visit_id;

describe("signing in on site", () => {
  it("sends the photo, then the sign-in, with exactly what was there", async () => {
    await work.signIn(task, position, photo);
    await settle();
    const id = visitId();
    expect(id).toMatch(UUID_V7);
    expect(server.lines()).toEqual([
      "PUT attachments/photo-1?purpose=sign_in&filename=photo-1.jpg",
      `PUT visits/${id}/sign-in`,
    ]);
    const [picture, signIn] = server.sent();
    expect([...picture!.bytes]).toEqual([0xff, 0xd8, 9]);
    expect(picture!.headers).toMatchObject({
      "Content-Type": "image/jpeg",
      "Content-Digest": digestOf(new Uint8Array([0xff, 0xd8, 9])),
    });
    const body = `{"task_id":"task-1","at":"${AT}","position":{"longitude":121.501,"latitude":31.2,"accuracy":15,"datum":"WGS84"},"photo_id":"photo-1"}`;
    expect(signIn!.body).toBe(body);
    expect(signIn!.headers).toMatchObject({ "Content-Type": "application/json", "Content-Digest": digestOf(body) });
  });

  it("names a PNG as one", async () => {
    await work.signIn(task, position, { ...photo, type: "image/png" });
    await settle();
    expect(server.lines()[0]).toBe("PUT attachments/photo-1?purpose=sign_in&filename=photo-1.png");
    expect(server.sent()[0]!.headers["Content-Type"]).toBe("image/png");
  });

  it("is remembered with its time and distance, and belongs to the account", async () => {
    server.isReachable = false;
    await work.signIn(task, position, photo);
    const [stored] = await db.storedDrafts();
    expect(stored).toEqual({
      task_id: "task-1",
      visit_id: visitId(),
      account_id: "account-1",
      signed_in_at: AT,
      distance: expect.closeTo(95.1, 1) as number,
      sheets: {},
      note: "",
      submitted_at: null,
      answer: null,
      problem: null,
    });
    expect((await db.outboxItems()).map(({ kind, task_id, account_id }) => [kind, task_id, account_id])).toEqual([
      ["attachment", "task-1", "account-1"],
      ["sign-in", "task-1", "account-1"],
    ]);
  });

  it("that the server has makes no answer of the visit", async () => {
    await work.signIn(task, position, photo);
    await settle();
    expect(work.draftOf(task)).toMatchObject({ signed_in_at: AT, answer: null, submitted_at: null });
  });

  it("that is refused has to be done again, and the phone says why, also after a restart", async () => {
    server.on("PUT", `visits/${visitId()}/sign-in`, () =>
      refusal(422, "far", "离测点太远", [{ path: "position", code: "far", message: "距离 9 km" }]),
    );
    await work.signIn(task, position, photo);
    await settle();
    const problem = { message: "离测点太远", errors: [{ path: "position", code: "far", message: "距离 9 km" }] };
    expect(work.draftOf(task)).toMatchObject({ signed_in_at: null, submitted_at: null, problem });
    expect((await db.storedDrafts())[0]).toMatchObject({ signed_in_at: null, submitted_at: null, problem });
  });

  it("done again takes the place of the refused one and of what was built on it", async () => {
    const path = `visits/${visitId()}/sign-in`;
    server.isReachable = false;
    await work.signIn(task, position, photo);
    await work.submit(task, [], null);
    await settle();
    server.isReachable = true;
    server.on(
      "PUT",
      path,
      () => refusal(422, "far", "离测点太远"),
      () => json({}, 201),
    );
    await work.synchronise();
    await settle();
    expect(work.draftOf(task)).toMatchObject({ signed_in_at: null, submitted_at: null });
    server.requests.length = 0;
    await work.signIn(task, position, { ...photo, id: "photo-2" });
    await settle();
    expect(server.lines()).toEqual(["PUT attachments/photo-2?purpose=sign_in&filename=photo-2.jpg", `PUT ${path}`]);
    expect(await db.outboxItems()).toEqual([]);
    expect(work.draftOf(task)).toMatchObject({ signed_in_at: AT, problem: null });
  });
});

describe("a photo in a sheet", () => {
  it("goes at once, with the draft that names it", async () => {
    Object.assign(work.draftOf(task), { note: "写到一半", extra: ["repair@1"], sheets: { "gas@3": gas } });
    await work.addPhoto(task, { ...photo, id: "photo-7" });
    await settle();
    expect(server.lines()).toEqual(["PUT attachments/photo-7?purpose=sheet&filename=photo-7.jpg"]);
    expect(await db.storedDrafts()).toEqual([work.draftOf(task)]);
    expect((await db.storedDrafts())[0]).toMatchObject({ note: "写到一半", sheets: { "gas@3": gas } });
  });
});

describe("submitting", () => {
  it("sends exactly what was filled in, each sheet with its own id and times", async () => {
    work.draftOf(task).note = "更换了滤芯";
    await work.submit(
      task,
      [
        ["gas@3", gas],
        ["repair@1", repair],
      ],
      position,
    );
    await settle();
    expect(server.lines()).toEqual([`PUT visits/${visitId()}`]);
    const [request] = server.sent();
    const body =
      `{"task_id":"task-1","signed_out_at":"${AT}",` +
      '"sign_out_position":{"longitude":121.501,"latitude":31.2,"accuracy":15,"datum":"WGS84"},"participants":[],' +
      '"sheets":[{"id":"sheet-1","definition":"gas@3","answers":{"main":{"flow":6}},"started_at":"2026-11-20T00:30:00.000Z","finished_at":"2026-11-20T00:50:00.000Z"},' +
      `{"id":"sheet-2","definition":"repair@1","answers":{},"started_at":"2026-11-20T00:51:00.000Z","finished_at":"${AT}"}],` +
      '"attachment_ids":[],"note":"更换了滤芯"}';
    expect(request!.body).toBe(body);
    expect(request!.headers).toMatchObject({ "Content-Type": "application/json", "Content-Digest": digestOf(body) });
  });

  it("without a position says so", async () => {
    await work.submit(task, [], null);
    await settle();
    expect(JSON.parse(server.sent()[0]!.body)).toMatchObject({ sign_out_position: null });
  });

  it("comes after the photos and the sign-in that it needs", async () => {
    server.isReachable = false;
    await work.signIn(task, position, photo);
    await work.addPhoto(task, { ...photo, id: "photo-7" });
    await work.submit(task, [], position);
    await settle();
    server.isReachable = true;
    server.requests.length = 0;
    await work.synchronise();
    expect(server.lines()).toEqual([
      "PUT attachments/photo-1?purpose=sign_in&filename=photo-1.jpg",
      `PUT visits/${visitId()}/sign-in`,
      "PUT attachments/photo-7?purpose=sheet&filename=photo-7.jpg",
      `PUT visits/${visitId()}`,
    ]);
  });

  it("repeats the same bytes when the answer got lost, whatever was changed since", async () => {
    server.on(
      "PUT",
      `visits/${visitId()}`,
      () => Promise.reject(new TypeError("lost")),
      () => json(accepted),
    );
    await work.submit(task, [["gas@3", gas]], position);
    await settle();
    work.draftOf(task).note = "changed later";
    vi.setSystemTime(NOW.getTime() + 60_000);
    await work.synchronise();
    const [first, second] = server.sent();
    expect(second!.body).toBe(first!.body);
    expect(second!.headers["Content-Digest"]).toBe(first!.headers["Content-Digest"]);
    expect(second!.headers["X-Device-Time"]).not.toBe(first!.headers["X-Device-Time"]);
  });

  it("that was accepted makes the task done, with the answer, now and after a restart", async () => {
    await work.refreshPackage();
    await work.submit(task, [["gas@3", gas]], position);
    await settle();
    const done = { state: "done", bucket: "done", visit: { id: visitId(), state: "submitted" } };
    expect(work.draftOf(task).answer).toEqual(accepted);
    expect(work.taskOf("task-1")).toMatchObject(done);
    expect(work.taskOf("task-2")).toMatchObject({ state: "open", bucket: "overdue", visit: null });
    await restart();
    await work.loadStored();
    expect(work.taskOf("task-1")).toMatchObject(done);
    expect(work.draftOf(task).answer).toEqual(accepted);
  });

  it("that is refused opens the draft again with all errors, now and after a restart", async () => {
    const errors = [{ path: "sheets.0.main.flow", code: "required", message: "请填写此项" }];
    server.on("PUT", `visits/${visitId()}`, () => refusal(422, "invalid", "记录单不完整", errors));
    await work.submit(task, [["gas@3", gas]], position);
    await settle();
    const expected = { submitted_at: null, answer: null, problem: { message: "记录单不完整", errors } };
    expect(work.draftOf(task)).toMatchObject(expected);
    await restart();
    await work.loadStored();
    expect(work.draftOf(task)).toMatchObject(expected);
  });

  it("again after a correction sends the corrected one only", async () => {
    const path = `visits/${visitId()}`;
    server.on(
      "PUT",
      path,
      () => refusal(422, "invalid", "记录单不完整"),
      () => json(accepted, 201),
    );
    await work.submit(task, [["gas@3", gas]], position);
    await settle();
    expect(await db.outboxItems()).toHaveLength(1);
    await work.submit(task, [["gas@3", { ...gas, answers: { main: { flow: 2 } } }]], position);
    await settle();
    expect(server.sent().map(({ body }) => (JSON.parse(body) as { sheets: SheetDraft[] }).sheets[0]?.answers)).toEqual([
      { main: { flow: 6 } },
      { main: { flow: 2 } },
    ]);
    expect(work.draftOf(task)).toMatchObject({ problem: null, answer: accepted });
    expect(await db.outboxItems()).toEqual([]);
    expect(outbox.unsynced.value).toBe(0);
  });

  it("never sends two versions of one visit, when the first was held back by its sign-in", async () => {
    const signIn = `visits/${visitId()}/sign-in`;
    server.isReachable = false;
    await work.signIn(task, position, photo);
    await work.submit(task, [["gas@3", gas]], position);
    await settle();
    server.isReachable = true;
    server.on(
      "PUT",
      signIn,
      () => refusal(422, "far", "离测点太远"),
      () => json({}, 201),
    );
    await work.synchronise();
    await work.signIn(task, position, photo);
    await work.submit(task, [["gas@3", gas]], position);
    await settle();
    expect(server.lines().filter((line) => line === `PUT visits/${visitId()}`)).toHaveLength(1);
    expect(await db.outboxItems()).toEqual([]);
  });

  it("never sends two versions of one visit, when the first was held back by a photo", async () => {
    server.isReachable = false;
    await work.addPhoto(task, { ...photo, id: "photo-7" });
    await work.submit(task, [["gas@3", gas]], position);
    await settle();
    server.isReachable = true;
    server.on("PUT", "attachments/*", () => refusal(422, "not_an_image", "不是图片"));
    await work.synchronise();
    expect(work.draftOf(task)).toMatchObject({ submitted_at: null, problem: { message: "不是图片" } });
    expect(await db.outboxItems()).toHaveLength(2);
    server.requests.length = 0;
    await work.submit(task, [["gas@3", { ...gas, answers: {} }]], position);
    await settle();
    expect(server.lines()).toEqual([`PUT visits/${visitId()}`]);
    expect(JSON.parse(server.sent()[0]!.body)).toMatchObject({ sheets: [{ answers: {} }] });
    expect(await db.outboxItems()).toEqual([]);
  });

  it("keeps what was refused when the phone cannot store the corrected one", async () => {
    server.on("PUT", `visits/${visitId()}`, () => refusal(422, "invalid", "记录单不完整"));
    await work.submit(task, [["gas@3", gas]], position);
    await settle();
    const add = vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    await expect(work.submit(task, [["gas@3", gas]], position)).rejects.toThrow("full");
    add.mockRestore();
    expect(await db.outboxItems()).toHaveLength(1);
    expect(work.draftOf(task)).toMatchObject({ submitted_at: null, problem: { message: "记录单不完整" } });
  });
});

describe("an answer that comes when the app has just been opened", () => {
  it("still reaches the stored draft", async () => {
    server.isReachable = false;
    await work.refreshPackage();
    await work.submit(task, [["gas@3", gas]], position);
    await settle();
    const id = visitId();
    await restart();
    server.isReachable = true;
    await work.synchronise();
    expect((await db.storedDrafts())[0]).toMatchObject({ visit_id: id, answer: accepted });
  });

  it("also when it is a refusal", async () => {
    server.isReachable = false;
    await work.submit(task, [["gas@3", gas]], position);
    await settle();
    server.on("PUT", `visits/${visitId()}`, () => refusal(422, "invalid", "记录单不完整"));
    await restart();
    server.isReachable = true;
    await work.synchronise();
    expect((await db.storedDrafts())[0]).toMatchObject({ submitted_at: null, problem: { message: "记录单不完整" } });
  });
});

describe("what is being written", () => {
  it("is not replaced by what is stored when the app looks there again", async () => {
    await work.saveDraft(work.draftOf(task));
    work.draftOf(task).note = "just typed";
    await work.loadStored();
    await work.synchronise();
    expect(work.draftOf(task).note).toBe("just typed");
  });

  it("is one draft for each task, with one visit", async () => {
    const first = work.draftOf(task);
    expect(work.draftOf(task)).toBe(first);
    expect(work.draftOf({ ...task, id: "task-2" }).visit_id).not.toBe(first.visit_id);
  });

  it("is stored", async () => {
    work.draftOf(task).note = "停电";
    await work.saveDraft(work.draftOf(task));
    await restart();
    await work.loadStored();
    expect(work.draftOf(task).note).toBe("停电");
  });
});

describe("the package of tasks", () => {
  it("is the server's, and stored for later", async () => {
    await work.refreshPackage();
    expect(server.lines()).toEqual(["GET field/package"]);
    expect(work.fieldPackage.value).toEqual(fieldPackage);
    expect(work.isStale.value).toBe(false);
    expect(await db.storedPackage()).toEqual(fieldPackage);
  });

  it("is the stored one without a network, and says that it is old", async () => {
    await work.refreshPackage();
    await restart();
    server.isReachable = false;
    await work.refreshPackage();
    expect(work.fieldPackage.value).toEqual(fieldPackage);
    expect([work.isStale.value, outbox.isSignedOut.value]).toEqual([true, false]);
    server.isReachable = true;
    await work.refreshPackage();
    expect(work.isStale.value).toBe(false);
  });

  it("is the stored one when nobody is signed in, and says that", async () => {
    server.on("GET", "field/package", () => refusal(401, "signed_out", "登录已过期"));
    await work.refreshPackage();
    expect([work.isStale.value, outbox.isSignedOut.value]).toEqual([true, true]);
  });

  it("is not hidden behind another refusal", async () => {
    server.on("GET", "field/package", () => refusal(403, "forbidden", "没有权限"));
    await expect(work.refreshPackage()).rejects.toMatchObject({ status: 403 });
    expect(outbox.isSignedOut.value).toBe(false);
  });
});

describe("a visit that was begun on another phone", () => {
  const begun = { ...task, visit: { id: "visit-9", state: "in_progress" as const } };

  it("is known by the server's word about a task that nobody signed in to here", async () => {
    expect(work.isStartedElsewhere(begun)).toBe(true);
    expect(work.isStartedElsewhere(task)).toBe(false);
    expect(work.isStartedElsewhere({ ...begun, state: "done" as const })).toBe(false);
    await work.signIn(task, position, photo);
    expect(work.isStartedElsewhere(begun)).toBe(false);
    await settle();
  });
});

describe("what waits is sent", () => {
  beforeEach(async () => {
    server.isReachable = false;
    await work.submit(task, [], null);
    await settle();
    server.isReachable = true;
    server.requests.length = 0;
  });

  it("when the network comes back", async () => {
    window.dispatchEvent(new Event("online"));
    await settle();
    expect(server.lines()).toEqual([`PUT visits/${visitId()}`]);
  });

  it("when the app is looked at again, not when it is left", async () => {
    const look = (visibilityState: string) => {
      Object.defineProperty(document, "visibilityState", { value: visibilityState, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    };
    look("hidden");
    await settle();
    expect(server.lines()).toEqual([]);
    look("visible");
    await settle();
    expect(server.lines()).toEqual([`PUT visits/${visitId()}`]);
  });
});

describe("a page that shows a task while the phone still reads", () => {
  it("gets the stored draft, not a new one", async () => {
    await work.refreshPackage();
    await work.signIn(task, position, photo);
    await settle();
    await restart();
    const seen: (string | null)[] = [];
    const { watch } = await import("vue");
    watch(work.fieldPackage, () => seen.push(work.draftOf(task).signed_in_at), { flush: "sync" });
    await work.loadStored();
    expect(seen).toEqual([AT]);
  });
});
