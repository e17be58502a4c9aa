// The page about oneself, and the messages.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { engineer, notices } from "../fixtures";
import { json, openApp, refusal, screen, server, serveField, settle, useFreshPhone } from "../harness";

useFreshPhone();
beforeEach(() => serveField());

const queueOne = async (): Promise<void> => {
  const [db, { countUnsynced }] = [await import("@/db"), await import("@/outbox")];
  const item = {
    kind: "visit",
    path: "x",
    content_type: "",
    body: new ArrayBuffer(0),
    task_id: "t",
    account_id: "other",
  } as const;
  await db.updateOutboxItem({ ...item, attempts: 0, problem: null });
  await countUnsynced();
  await settle();
};

describe("the page about oneself", () => {
  it("shows who, of which organisation, with a masked number", async () => {
    await openApp("/me");
    expect(screen.text(".who")).toBe("张师傅清源运维138****0001");
  });

  it("leads to accounts and messages, and says what is not synchronised", async () => {
    server.on("GET", "notifications", () => json({ items: [], next: null, unread: 4 }));
    await openApp("/messages");
    const { router } = await import("@/router");
    await router.push("/me");
    await queueOne();
    expect(screen.cells()).toEqual(
      expect.arrayContaining(["账户信息绑定、切换、解绑", "消息4", "未同步1 项", "English"]),
    );
    expect(screen.textOf("tab-me")).toContain("4");
    await screen.tap("open-bindings");
    expect(screen.address()).toBe("/me/bindings");
  });

  it("signs out after a question", async () => {
    server.on("POST", "session/end", () => json({ ...engineer, account: null }));
    await openApp("/me");
    await screen.tap("sign-out");
    expect(screen.dialog()).toBe("确定退出登录吗？");
    await screen.answerDialog("cancel");
    expect(server.lines("POST")).toEqual([]);
    await screen.tap("sign-out");
    await screen.answerDialog("confirm");
    expect(server.lines("POST")).toEqual(["POST session/end"]);
    expect(screen.address()).toBe("/bind");
  });

  it("says before signing out that something has not been sent", async () => {
    await openApp("/me");
    await queueOne();
    await screen.tap("sign-out");
    expect(screen.dialog()).toBe("还有 1 项未同步，退出后仍保存在手机上。确定退出吗？");
    await screen.answerDialog("cancel");
  });

  it.each([
    ["without a network", () => Promise.reject(new TypeError()), "没有网络，连上后重试"],
    ["when it is refused", () => refusal(403, "forbidden", "不可退出"), "不可退出"],
  ])("stays signed in %s, and says so", async (_when, answer, toast) => {
    server.on("POST", "session/end", answer);
    await openApp("/me");
    await screen.tap("sign-out");
    await screen.answerDialog("confirm");
    expect(screen.toast()).toBe(toast);
    expect(screen.address()).toBe("/me");
  });

  it("changes the language, there and back", async () => {
    await openApp("/me");
    await screen.tap("language");
    expect(screen.textOf("sign-out")).toBe("Sign out");
    expect(document.documentElement.lang).toBe("en");
    await screen.tap("language");
    expect(screen.textOf("sign-out")).toBe("退出登录");
    expect([document.documentElement.lang, localStorage.getItem("language")]).toEqual(["zh-CN", "zh"]);
  });

  it("offers no scanner outside WeChat", async () => {
    await openApp("/me");
    expect(screen.find("scan")).toBeNull();
  });
});

describe("scanning inside WeChat", () => {
  const scanning = async (result: { resultStr: string } | "cancel" | "fail"): Promise<void> => {
    vi.stubGlobal("navigator", { userAgent: "MicroMessenger/8.0.50", onLine: true });
    let ready: () => void = () => undefined;
    window.wx = {
      config: () => ready(),
      ready: (callback: () => void) => (ready = callback),
      error: () => undefined,
      scanQRCode: (options: { success: (r: unknown) => void; cancel: () => void; fail: (r: unknown) => void }) => {
        if (result === "cancel") options.cancel();
        else if (result === "fail") options.fail({ errMsg: "scanQRCode:fail" });
        else options.success({ ...result, errMsg: "ok" });
      },
    } as never;
    server.on("GET", "wechat/js-config*", () => json({ appId: "wx1" }));
    await openApp("/me", { ...engineer, js_sdk: "http://127.0.0.1:9/jweixin.js" });
    await screen.tap("scan");
    delete window.wx;
  };

  it("opens what is of this system", async () => {
    const assign = vi.spyOn(location, "assign").mockImplementation(() => undefined);
    await scanning({ resultStr: `${location.origin}/check/1` });
    expect(assign.mock.calls).toEqual([[`${location.origin}/check/1`]]);
  });

  it.each([["https://elsewhere.example/check/1"], [`${"http://localhost:3000"}.elsewhere.example/`]])(
    "only shows what is not: %s",
    async (text) => {
      const assign = vi.spyOn(location, "assign").mockImplementation(() => undefined);
      await scanning({ resultStr: text });
      expect(assign).not.toHaveBeenCalled();
      expect(screen.text(".van-dialog__header")).toBe("不是本系统的二维码");
      expect(screen.dialog()).toBe(text);
      await screen.answerDialog("confirm");
    },
  );

  it("says nothing when the person changed their mind", async () => {
    await scanning("cancel");
    expect([screen.toast(), screen.dialog()]).toEqual(["", ""]);
  });

  it("says when nothing was read", async () => {
    await scanning("fail");
    expect(screen.toast()).toBe("没有扫到二维码，请重试");
  });
});

describe("messages", () => {
  const more = { ...notices[0]!, id: "notice-3", title: "第三条" };

  it("are shown with title, text and time, newest as the server gives them, page by page", async () => {
    server.on("GET", "notifications", () => json({ items: notices, next: "cursor-1", unread: 2 }));
    server.on("GET", "notifications?cursor=cursor-1", () => json({ items: [more], next: null, unread: 2 }));
    await openApp("/messages");
    expect(screen.textOf("message-notice-1")).toBe("待确认2026-11-20 11:12总排口测点有一条记录");
    expect(screen.textOf("message-notice-2")).toBe("已复核2026-11-19 13:14备案已通过");
    expect(screen.get("message-notice-1").className).toContain("unread");
    expect(screen.get("message-notice-2").className).not.toContain("unread");
    expect(screen.find("message-notice-3")).not.toBeNull();
    expect(server.lines("GET")).toEqual(["GET notifications", "GET notifications?cursor=cursor-1"]);
  });

  it("are read with a tap, which opens the page that they are about", async () => {
    server.on("GET", "notifications", () => json({ items: notices, next: null, unread: 1 }));
    server.on("POST", "notifications/read", () => json({ unread: 0 }));
    server.on("GET", "visits/visit-1", () => refusal(404, "not_found", "没有找到"));
    await openApp("/messages");
    await screen.tap("message-notice-1");
    expect(server.sent("POST").map(({ path, body }) => [path, body])).toEqual([
      ["notifications/read", '{"ids":["notice-1"]}'],
    ]);
    expect(screen.address()).toBe("/visits/visit-1");
  });

  it("are read one by one", async () => {
    const atDesk = { ...more, link: "/source/filings/" };
    server.on("GET", "notifications", () => json({ items: [...notices, atDesk], next: null, unread: 2 }));
    server.on("POST", "notifications/read", () => json({ unread: 1 }));
    await openApp("/messages");
    await screen.tap("message-notice-3");
    expect(server.sent("POST")[0]!.body).toBe('{"ids":["notice-3"]}');
    expect(screen.get("message-notice-3").className).not.toContain("unread");
    expect(screen.get("message-notice-1").className).toContain("unread");
    const { unread } = await import("@/session");
    expect(unread.value).toBe(1);
  });

  it("that are read already, and lead to the pages of a PC, do nothing", async () => {
    server.on("GET", "notifications", () => json({ items: notices, next: null, unread: 1 }));
    await openApp("/messages");
    await screen.tap("message-notice-2");
    expect(server.lines("POST")).toEqual([]);
    expect(screen.address()).toBe("/messages");
  });

  it("are all read with one button, those only that were not", async () => {
    server.on("GET", "notifications", () => json({ items: [...notices, more], next: null, unread: 2 }));
    server.on("POST", "notifications/read", () => json({ unread: 0 }));
    await openApp("/messages");
    await screen.tap("read-all");
    expect(server.sent("POST")[0]!.body).toBe('{"ids":["notice-1","notice-3"]}');
    expect(screen.find("read-all")).toBeNull();
    expect(screen.get("message-notice-1").className).not.toContain("unread");
    const { unread } = await import("@/session");
    expect(unread.value).toBe(0);
  });

  it.each([
    ["without a network", () => Promise.reject(new TypeError())],
    ["when the server refuses to mark it", () => refusal(401, "signed_out", "登录已过期")],
  ])("are opened %s all the same", async (_when, answer) => {
    server.on("GET", "notifications", () => json({ items: notices, next: null, unread: 1 }));
    server.on("POST", "notifications/read", answer);
    server.on("GET", "visits/visit-1", () => refusal(404, "not_found", "没有找到"));
    await openApp("/messages");
    await screen.tap("message-notice-1");
    expect(screen.address()).toBe("/visits/visit-1");
  });

  it.each([
    ["without a network", () => Promise.reject(new TypeError()), "没有网络，连上后重试"],
    ["after a refusal", () => refusal(401, "signed_out", "登录已过期"), "登录已过期"],
  ])("cannot all be marked %s, and the page says so", async (_when, answer, toast) => {
    server.on("GET", "notifications", () => json({ items: notices, next: null, unread: 1 }));
    server.on("POST", "notifications/read", answer);
    await openApp("/messages");
    await screen.tap("read-all");
    expect(screen.toast()).toBe(toast);
    expect(screen.get("message-notice-1").className).toContain("unread");
  });

  it.each([
    ["there are none", () => json({ items: [], next: null, unread: 0 }), "还没有消息"],
    ["there is no network", () => Promise.reject(new TypeError()), "没有网络，连上后重试"],
    ["they are refused", () => refusal(403, "forbidden", "没有权限"), "没有权限"],
  ])("are explained when %s", async (_when, answer, text) => {
    server.on("GET", "notifications", answer);
    await openApp("/messages");
    expect(screen.text(".van-empty")).toBe(text);
  });
});
