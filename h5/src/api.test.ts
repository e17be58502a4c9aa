// What goes over the wire, and what becomes of each kind of answer.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { get, Offline, post, putBytes, putJson, Refused, remove, request } from "./api";

interface Call {
  url: string;
  init: RequestInit;
}
const SENT_AT = "2026-11-20T01:02:03.456Z";
const DIGEST_OF_ABC = "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:";
const bytes = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer as ArrayBuffer;
const textOf = (body: unknown): string =>
  typeof body === "string" ? body : new TextDecoder().decode(body as ArrayBuffer);

let calls: Call[];

function answer(make: () => Response | Promise<Response>): void {
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    calls.push({ url, init });
    return Promise.resolve().then(make);
  });
}
const answerWith = (status: number, body: string): void => answer(() => new Response(body, { status }));

beforeEach(() => {
  calls = [];
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: new Date(SENT_AT) });
  document.cookie = "other=no";
  document.cookie = "csrftoken=csrf-1";
  document.cookie = "last=no";
  answerWith(200, '{"fine":true}');
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a request", () => {
  it("reads with the cookie, past every cache, in the language of the app, and sends no body", async () => {
    expect(await get("field/package")).toEqual({ fine: true });
    expect(calls).toHaveLength(1);
    const { url, init } = calls[0]!;
    expect(url).toBe("/api/v1/field/package");
    expect(init).toMatchObject({ method: "GET", credentials: "same-origin", cache: "no-store" });
    expect(init.body).toBeUndefined();
    expect(init.headers).toEqual({ "X-CSRFToken": "csrf-1", "Accept-Language": "zh-CN" });
  });

  it("takes the token that this very host set before an older one beside it", async () => {
    vi.stubGlobal("document", { cookie: "csrftoken=older; __Host-csrftoken=csrf-2; last=no" });
    await get("field/package");
    expect(calls[0]!.init.headers).toMatchObject({ "X-CSRFToken": "csrf-2" });
  });

  it("posts JSON, an empty object where there is nothing to say", async () => {
    await post("notifications/read", { ids: ["a", "b"] });
    await post("session/end");
    expect(calls.map(({ url, init }) => [init.method, url, init.body])).toEqual([
      ["POST", "/api/v1/notifications/read", '{"ids":["a","b"]}'],
      ["POST", "/api/v1/session/end", "{}"],
    ]);
    expect(calls[0]!.init.headers).toEqual({
      "X-CSRFToken": "csrf-1",
      "Accept-Language": "zh-CN",
      "Content-Type": "application/json",
    });
  });

  it("deletes", async () => {
    await remove("bindings/b1");
    expect([calls[0]!.init.method, calls[0]!.url]).toEqual(["DELETE", "/api/v1/bindings/b1"]);
  });

  it("puts exact bytes with their type, their digest and the phone's time of sending", async () => {
    await putBytes("attachments/1?purpose=sheet", bytes("abc"), "image/jpeg");
    const { url, init } = calls[0]!;
    expect([init.method, url, textOf(init.body)]).toEqual(["PUT", "/api/v1/attachments/1?purpose=sheet", "abc"]);
    expect(init.headers).toEqual({
      "X-CSRFToken": "csrf-1",
      "Accept-Language": "zh-CN",
      "Content-Type": "image/jpeg",
      "Content-Digest": DIGEST_OF_ABC,
      "X-Device-Time": SENT_AT,
    });
  });

  it("tells the time of each sending, not of the first", async () => {
    await putBytes("visits/1", bytes("abc"), "application/json");
    vi.setSystemTime(new Date("2026-11-20T05:00:00.000Z"));
    await putBytes("visits/1", bytes("abc"), "application/json");
    const times = calls.map(({ init }) => (init.headers as Record<string, string>)["X-Device-Time"]);
    expect(times).toEqual([SENT_AT, "2026-11-20T05:00:00.000Z"]);
  });

  it("puts JSON as the bytes that the digest is of", async () => {
    await putJson("visits/1/confirmation/2", { reason: "数值不符", late: false });
    const { init } = calls[0]!;
    expect(textOf(init.body)).toBe('{"reason":"数值不符","late":false}');
    expect(init.headers).toMatchObject({
      "Content-Type": "application/json",
      "Content-Digest": "sha-256=:h7iEDF2VujOOAGZ2eB8jFIJ9NSuwAsmVyka2t9orL/Y=:",
    });
  });
});

describe("an answer", () => {
  it.each([200, 201])("with %d is the data", async (status) => {
    answerWith(status, '{"id":"v1"}');
    expect(await get("x")).toEqual({ id: "v1" });
  });

  it.each([400, 401, 403, 404, 409, 413, 422, 429])(
    "with %d is a refusal with all that the server said",
    async (status) => {
      const errors = [{ path: "sheets.0.main.flow", code: "required", message: "请填写此项" }];
      answerWith(status, JSON.stringify({ code: "invalid", message: "请修改", errors }));
      const error: unknown = await get("x").catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Refused);
      expect(error).toMatchObject({ status, code: "invalid", message: "请修改", errors });
    },
  );

  it("that is refused by something else than the server is a refusal all the same", async () => {
    answerWith(413, "<html>too large</html>");
    await expect(get("x")).rejects.toMatchObject({
      status: 413,
      code: "refused",
      message: "请求未被接受，请稍后重试",
      errors: [],
    });
  });

  it.each([500, 502, 503, 504])("with %d is as no network: it may be had later", async (status) => {
    answerWith(status, '{"code":"error","message":"出错"}');
    await expect(get("x")).rejects.toBeInstanceOf(Offline);
  });

  it.each([
    ["a question", 60_000, () => get("x")],
    ["an upload", 300_000, () => putBytes("x", bytes("abc"), "image/jpeg")],
  ])("that does not come to %s is given up after %d ms, not before", async (_what, limit, ask) => {
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
      calls.push({ url, init });
      return new Promise((_resolve, reject) =>
        init.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError"))),
      );
    });
    let error: unknown = null;
    void ask().catch((thrown: unknown) => (error = thrown));
    await vi.waitFor(() => expect(calls).toHaveLength(1), { interval: 1 });
    await vi.advanceTimersByTimeAsync(limit - 2_000);
    expect(error).toBeNull();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(error).toBeInstanceOf(Offline);
  });

  it("that does not come is no network", async () => {
    answer(() => Promise.reject(new TypeError("Failed to fetch")));
    await expect(request("GET", "x")).rejects.toBeInstanceOf(Offline);
  });
});
