// Binding an account to the phone, and the way through WeChat to it.
import { describe, expect, it, vi } from "vitest";
import { bindings, engineer, stranger } from "../fixtures";
import {
  json,
  openApp,
  pretendOnline,
  refusal,
  reopenApp,
  screen,
  server,
  serveField,
  settle,
  useFreshPhone,
} from "../harness";

const unbound = { ...stranger, openid_known: true };

useFreshPhone();

async function fillIn(): Promise<void> {
  await screen.type("bind-username", "engineer");
  await screen.type("bind-password", "secret 1");
}

describe("binding", () => {
  it("sends what was typed, then opens the page that was wanted", async () => {
    serveField();
    server.on("POST", "bindings", () => json(engineer, 201));
    await openApp("/bind?next=/me", unbound);
    await screen.tap("bind-system-source");
    await fillIn();
    await screen.tap("bind-submit");
    expect(server.sent("POST").map(({ path, body }) => [path, body])).toEqual([
      ["bindings", '{"system":"source","username":"engineer","password":"secret 1","token":""}'],
    ]);
    expect(screen.address()).toBe("/me");
    expect(screen.text()).toContain("张师傅");
  });

  it("opens the work when no page was wanted, as an account of the supervision system unless told otherwise", async () => {
    serveField();
    server.on("POST", "bindings", () => json(engineer, 201));
    await openApp("/bind", unbound);
    await fillIn();
    await screen.tap("bind-submit");
    expect(JSON.parse(server.sent("POST")[0]!.body)).toMatchObject({ system: "supervision" });
    expect(screen.address()).toBe("/work");
  });

  it("gets a fresh token before it sends the password", async () => {
    serveField();
    server.on("POST", "bindings", () => json(engineer, 201));
    await openApp("/bind", unbound);
    await fillIn();
    server.requests.length = 0;
    await screen.tap("bind-submit");
    expect(server.requests.slice(0, 2).map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET session",
      "POST bindings",
    ]);
  });

  it("is not tried without name and password", async () => {
    await openApp("/bind", unbound);
    await screen.type("bind-username", "  ");
    await screen.tap("bind-submit");
    expect(screen.textOf("bind-username")).toContain("请输入账号");
    expect(screen.textOf("bind-password")).toContain("请输入密码");
    expect(server.sent("POST")).toEqual([]);
  });

  it("asks for the code of the second factor when the server does, and sends it along", async () => {
    serveField();
    const wanted = [{ path: "token", code: "token_required", message: "请输入动态口令" }];
    server.on(
      "POST",
      "bindings",
      () => refusal(422, "token_required", "需要动态口令", wanted),
      () => json(engineer, 201),
    );
    await openApp("/bind", unbound);
    expect(screen.find("bind-token")).toBeNull();
    await fillIn();
    await screen.tap("bind-submit");
    expect(screen.textOf("bind-token")).not.toContain("请输入动态口令"); // asked, not blamed
    await screen.tap("bind-submit");
    expect(screen.textOf("bind-token")).toContain("请输入动态口令");
    expect(server.sent("POST")).toHaveLength(1);
    await screen.type("bind-token", "123456");
    await screen.tap("bind-submit");
    expect(server.sent("POST")[1]!.body).toBe(
      '{"system":"supervision","username":"engineer","password":"secret 1","token":"123456"}',
    );
    expect(screen.address()).toBe("/work");
  });

  it("forgets the code when another account is typed", async () => {
    server.on("POST", "bindings", () => refusal(422, "token_required", "需要动态口令"));
    await openApp("/bind", unbound);
    await fillIn();
    await screen.tap("bind-submit");
    await screen.type("bind-token", "123456");
    await screen.type("bind-username", "other");
    expect(screen.find("bind-token")).toBeNull();
    await screen.tap("bind-submit");
    expect(JSON.parse(server.sent("POST")[1]!.body)).toMatchObject({ username: "other", token: "" });
  });

  it.each([
    [
      "errors at their fields",
      () => refusal(422, "invalid", "不对", [{ path: "password", code: "wrong", message: "账号或密码不正确" }]),
      "bind-password",
      "账号或密码不正确",
    ],
    [
      "another refusal in the server's words",
      () => refusal(429, "too_many", "请 5 分钟后再试"),
      "bind-problem",
      "请 5 分钟后再试",
    ],
    ["an unknown phone in ours", () => refusal(401, "signed_out", "请登录"), "bind-problem", "请先从微信进入"],
    ["a missing network", () => Promise.reject(new TypeError()), "bind-problem", "没有网络，连上后重试"],
  ])("shows %s, and lets one try again", async (_what, answer, testid, text) => {
    server.on("POST", "bindings", answer);
    await openApp("/bind", unbound);
    await fillIn();
    await screen.tap("bind-submit");
    expect(screen.textOf(testid)).toContain(text);
    expect(screen.address()).toBe("/bind");
    await screen.tap("bind-submit");
    expect(server.sent("POST")).toHaveLength(2);
  });

  it("leads to the bound accounts when there are any and none is in use", async () => {
    await openApp("/bind", { ...unbound, bindings });
    expect(screen.textOf("bind-others")).toBe("使用已绑定的账户（2 个）");
    await screen.tap("bind-others");
    expect(screen.address()).toBe("/me/bindings");
  });

  it.each([
    ["state", "微信授权已失效，或不是从这部手机发起的，请重新从微信进入"],
    ["code", "微信授权码已使用过或已过期，请重新从微信进入"],
    ["no_code", "微信没有返回授权信息，请重新从微信进入"],
    ["unreachable", "微信暂时没有响应，请稍后重新从微信进入"],
    ["setup", "公众号的配置有误，请联系系统管理员"],
    ["closed", "绑定的账户已停用，请联系本单位管理员，或改用其他账户"],
  ])("says why WeChat did not tell who holds the phone: %s", async (problem, text) => {
    await openApp(`/bind?problem=${problem}`, unbound);
    expect(screen.textOf("wechat-problem")).toBe(text);
  });

  it("sends a phone that WeChat does not know to WeChat, and back to the page that was wanted", async () => {
    const assign = vi.spyOn(location, "assign").mockImplementation(() => undefined);
    await openApp("/bind?next=/visits/visit-1", stranger);
    expect(screen.find("bind-username")).toBeNull();
    await screen.tap("open-wechat");
    expect(assign.mock.calls).toEqual([
      [`/api/v1/wechat/authorize?next=${encodeURIComponent("/h5/#/visits/visit-1")}`],
    ]);
  });
});

describe("the way to a page", () => {
  it("leads a known phone without an account to binding, and remembers the page", async () => {
    await openApp("/messages", unbound);
    expect(screen.address()).toBe("/bind?next=/messages");
  });

  it("leads a phone outside WeChat to binding", async () => {
    await openApp("/me", stranger);
    expect(screen.address()).toBe("/bind?next=/me");
  });

  it("leads out to WeChat inside of it", async () => {
    const assign = vi.spyOn(location, "assign").mockImplementation(() => undefined);
    vi.stubGlobal("navigator", { userAgent: "MicroMessenger/8.0.50", onLine: true });
    history.replaceState(null, "", "/h5/#/me");
    const { router } = await import("@/router");
    server.on("GET", "session", () => json(stranger));
    await router.push("/me").catch(() => undefined);
    expect(assign.mock.calls).toEqual([[`/api/v1/wechat/authorize?next=${encodeURIComponent("/h5/#/me")}`]]);
    expect(router.currentRoute.value.path).not.toBe("/me");
  });

  it("leads to the bound accounts while none is in use", async () => {
    await openApp("/me/bindings", { ...unbound, bindings });
    expect(screen.address()).toBe("/me/bindings");
    await reopenApp("/me/bindings", unbound);
    expect(screen.address()).toBe("/bind?next=/me/bindings");
  });

  it("leads back from binding only where somebody is signed in", async () => {
    const arrow = (): Element | null => document.querySelector(".van-nav-bar .van-icon-arrow-left");
    await openApp("/bind", unbound);
    expect(arrow()).toBeNull();
    await reopenApp("/bind", engineer);
    expect(arrow()).not.toBeNull();
  });

  it("leads everything unknown to the work", async () => {
    serveField();
    await openApp("/nothing/here");
    expect(screen.address()).toBe("/work");
  });

  it("opens without a network as the account that was here last", async () => {
    serveField();
    await openApp("/me");
    server.isReachable = false;
    pretendOnline(false);
    await reopenApp("/me");
    expect(screen.text()).toContain("张师傅");
    expect(screen.textOf("sync-bar")).toContain("离线：可以继续填写");
  });

  it("opens a message as the account that it was written to", async () => {
    server.on("POST", "bindings/binding-2/switch", () => refusal(403, "closed", "已停用"));
    history.replaceState(null, "", "/h5/?account=account-2#/me");
    server.on("GET", "session", () => json({ ...engineer, bindings }));
    const [{ router }, { session }] = [await import("@/router"), await import("@/session")];
    await router.push("/me");
    await settle();
    expect(server.lines("POST")).toEqual(["POST bindings/binding-2/switch"]);
    expect(session.value?.account?.id).toBe("account-1"); // refused: it opens as who it was
    expect(router.currentRoute.value.path).toBe("/me");
  });
});
