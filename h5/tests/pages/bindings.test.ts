// The accounts of this WeChat, and the WeChat identities of this account.
import { beforeEach, describe, expect, it } from "vitest";
import { bindings, discharger, engineer, identities, stranger } from "../fixtures";
import { json, openApp, refusal, screen, server, serveField, useFreshPhone } from "../harness";

const bound = { ...engineer, bindings, identities };
const within = (testid: string, inner: string): Element | null =>
  screen.get(testid).querySelector(`[data-testid="${inner}"]`);

useFreshPhone();
beforeEach(() => serveField());

describe("bound accounts", () => {
  it("are shown with system, name and which one is in use", async () => {
    await openApp("/me/bindings", bound);
    expect(screen.textOf("binding-engineer")).toContain("清源运维当前监管系统 · 账号 engineer");
    expect(screen.textOf("binding-factory")).toContain("申江化工污染源系统 · 账号 factory");
    expect(screen.textOf("binding-factory")).not.toContain("当前监管");
    expect(within("binding-engineer", "switch")).toBeNull();
  });

  it("are switched with a tap", async () => {
    server.on("POST", "bindings/binding-2/switch", () =>
      json({ ...discharger, bindings: bindings.map((each) => ({ ...each, is_current: each.id === "binding-2" })) }),
    );
    await openApp("/me/bindings", bound);
    await screen.press(within("binding-factory", "switch"));
    expect(server.lines("POST")).toEqual(["POST bindings/binding-2/switch"]);
    expect(screen.toast()).toBe("已切换");
    expect(within("binding-factory", "switch")).toBeNull();
    expect(within("binding-engineer", "switch")).not.toBeNull();
  });

  it("are unbound after a question that names the organisation", async () => {
    server.on("DELETE", "bindings/binding-2", () => json({ ...bound, bindings: bindings.slice(0, 1) }));
    await openApp("/me/bindings", bound);
    await screen.press(within("binding-factory", "unbind"));
    expect(screen.dialog()).toBe("解绑后，这个微信不再收到“申江化工”的消息；再次绑定需要重新输入密码。确定解绑吗？");
    await screen.answerDialog("cancel");
    expect(server.lines("DELETE")).toEqual([]);
    await screen.press(within("binding-factory", "unbind"));
    await screen.answerDialog("confirm");
    expect(server.lines("DELETE")).toEqual(["DELETE bindings/binding-2"]);
    expect(screen.find("binding-factory")).toBeNull();
  });

  it("lead to binding when the one in use is gone", async () => {
    server.on("DELETE", "bindings/binding-1", () => json({ ...stranger, openid_known: true }));
    await openApp("/me/bindings", bound);
    await screen.press(within("binding-engineer", "unbind"));
    await screen.answerDialog("confirm");
    expect(screen.address()).toBe("/bind");
  });

  it("can be switched to while none is in use", async () => {
    await openApp("/me/bindings", { ...bound, account: null, identities: [] });
    expect(within("binding-engineer", "switch")).not.toBeNull();
  });

  it.each([
    ["a refusal", () => refusal(404, "not_found", "绑定已不存在"), "绑定已不存在"],
    ["a missing network", () => Promise.reject(new TypeError()), "没有网络，连上后重试"],
  ])("stay as they are after %s", async (_what, answer, toast) => {
    server.on("POST", "bindings/binding-2/switch", answer);
    await openApp("/me/bindings", bound);
    await screen.press(within("binding-factory", "switch"));
    expect(screen.toast()).toBe(toast);
    expect(within("binding-factory", "switch")?.className).not.toContain("loading");
  });

  it("lead to binding another, and back here", async () => {
    await openApp("/me/bindings", { ...engineer, bindings: [] });
    expect(screen.text(".van-empty")).toBe("还没有绑定账户");
    await screen.tap("bind-another");
    expect(screen.address()).toBe("/bind?next=/me/bindings");
  });
});

describe("WeChat identities of the account", () => {
  it("are shown when there is another one, and the own one cannot be cut off here", async () => {
    await openApp("/me/bindings", bound);
    expect(screen.textOf("identity-own")).toBe("微信 …aaaa2026-11-01 02:00 绑定本微信");
    expect(screen.textOf("identity-bbbb")).toBe("微信 …bbbb2026-11-02 03:04 绑定解绑");
    expect(within("identity-own", "unbind-other")).toBeNull();
  });

  it("are not shown when this is the only one", async () => {
    await openApp("/me/bindings", { ...bound, identities: identities.slice(0, 1) });
    expect(screen.find("identity-own")).toBeNull();
    expect(screen.text()).not.toContain("不认识的微信");
  });

  it("are unbound after a question that names them", async () => {
    server.on("DELETE", "bindings/identity-2", () => json({ ...bound, identities: identities.slice(0, 1) }));
    await openApp("/me/bindings", bound);
    await screen.tap("unbind-other");
    expect(screen.dialog()).toBe("解绑后，微信 …bbbb 不能再进入此账户。确定解绑吗？");
    await screen.answerDialog("cancel");
    expect(server.lines("DELETE")).toEqual([]);
    await screen.tap("unbind-other");
    await screen.answerDialog("confirm");
    expect(server.lines("DELETE")).toEqual(["DELETE bindings/identity-2"]);
    expect(screen.toast()).toBe("已解绑");
    expect(screen.find("identity-bbbb")).toBeNull();
  });
});
