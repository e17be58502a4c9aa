// Who holds the phone: with a network, without one, and on the way through WeChat.
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bindings, engineer } from "../tests/fixtures";
import * as db from "./db";
import { becomesLater } from "../tests/waiting";
import { goToWechat, isOffline, isWechat, loadSession, session, setSession, switchToAddressee } from "./session";

let calls: string[];
let answer: () => Promise<Response>;

beforeEach(async () => {
  await db.closeDatabase();
  globalThis.indexedDB = new IDBFactory();
  session.value = null;
  isOffline.value = false;
  calls = [];
  answer = () => Promise.resolve(new Response(JSON.stringify(engineer)));
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    calls.push(`${init.method} ${url}`);
    return answer();
  });
  history.replaceState(null, "", "/h5/#/work");
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("the session", () => {
  it("is the server's, and stored for later", async () => {
    isOffline.value = true;
    expect(await loadSession()).toEqual(engineer);
    expect(calls).toEqual(["GET /api/v1/session"]);
    expect(session.value).toEqual(engineer);
    expect(isOffline.value).toBe(false);
    expect(await db.storedSession()).toEqual(engineer);
  });

  it("is the stored one without a network", async () => {
    await db.saveSession(engineer);
    answer = () => Promise.reject(new TypeError("no network"));
    expect(await loadSession()).toEqual(engineer);
    expect(isOffline.value).toBe(true);
  });

  it("is the one at hand, not an older stored one, when the network fails later", async () => {
    await db.saveSession(engineer);
    const current = { ...engineer, server_time: "later" };
    session.value = current;
    answer = () => Promise.reject(new TypeError("no network"));
    expect((await loadSession())?.server_time).toBe("later");
  });

  it("is nobody's on a new phone without a network", async () => {
    answer = () => Promise.reject(new TypeError("no network"));
    expect(await loadSession()).toBeNull();
    expect(isOffline.value).toBe(true);
  });

  it("does not hide a refusal", async () => {
    answer = () => Promise.resolve(new Response('{"code":"closed"}', { status: 403 }));
    await expect(loadSession()).rejects.toMatchObject({ status: 403 });
    expect(isOffline.value).toBe(false);
  });

  it("that is set is stored", async () => {
    setSession({ ...engineer, server_time: "set" });
    expect(session.value?.server_time).toBe("set");
    await becomesLater(async () => (await db.storedSession())?.server_time, "set");
  });

  it("follows the browser's word about the network", () => {
    window.dispatchEvent(new Event("offline"));
    expect(isOffline.value).toBe(true);
    window.dispatchEvent(new Event("online"));
    expect(isOffline.value).toBe(false);
  });
});

describe("WeChat", () => {
  it.each([
    ["Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50", true],
    ["Mozilla/5.0 (Linux; Android 14) micromessenger/8.0.50", true],
    ["Mozilla/5.0 (Linux; Android 14) Chrome/126.0", false],
  ])("%s is it: %s", (userAgent, expected) => {
    vi.stubGlobal("navigator", { userAgent });
    expect(isWechat()).toBe(expected);
  });

  it.each([
    ["the page that is open", undefined, "/h5/?account=a#/visits/1"],
    ["another page of the app", "/me/bindings", "/h5/?account=a#/me/bindings"],
  ])("comes back to %s", (_which, inside, next) => {
    const assign = vi.spyOn(location, "assign").mockImplementation(() => undefined);
    history.replaceState(null, "", "/h5/?account=a#/visits/1");
    session.value = { ...engineer, authorize_url: "/somewhere/authorize" };
    goToWechat(inside);
    expect(assign.mock.calls).toEqual([[`/somewhere/authorize?next=${encodeURIComponent(next)}`]]);
  });

  it("is found also when the server was never heard", () => {
    const assign = vi.spyOn(location, "assign").mockImplementation(() => undefined);
    goToWechat();
    expect(assign.mock.calls).toEqual([["/api/v1/wechat/authorize?next=%2Fh5%2F%23%2Fwork"]]);
  });
});

describe("a message to one of the bound accounts", () => {
  const opened = "/h5/?account=account-2#/visits/1";
  const known = { ...engineer, bindings };

  it("is opened as that account", async () => {
    history.replaceState({ back: "x" }, "", opened);
    session.value = known;
    answer = () => Promise.resolve(new Response(JSON.stringify({ ...known, server_time: "switched" })));
    await switchToAddressee();
    expect(calls).toEqual(["POST /api/v1/bindings/binding-2/switch"]);
    expect(session.value?.server_time).toBe("switched");
    expect(location.pathname + location.search + location.hash).toBe("/h5/#/visits/1");
    expect(history.state).toEqual({ back: "x" });
  });

  it.each([
    ["it is the current account", "/h5/?account=account-1#/visits/1", known],
    ["the account is not bound", "/h5/?account=account-9#/visits/1", known],
    ["none is named", "/h5/#/visits/1", known],
  ])("changes nothing when %s", async (_why, address, current) => {
    history.replaceState(null, "", address);
    session.value = current;
    await switchToAddressee();
    expect(calls).toEqual([]);
    expect(location.search).toBe("");
  });

  it("waits until somebody is signed in", async () => {
    history.replaceState(null, "", opened);
    session.value = { ...known, account: null };
    await switchToAddressee();
    expect(calls).toEqual([]);
    expect(location.search).toBe("?account=account-2");
  });
});
