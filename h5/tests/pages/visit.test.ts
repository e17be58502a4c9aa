// A visit as the discharger reads and decides it.
import { describe, expect, it, vi } from "vitest";
import type { Session, Visit } from "@/model";
import { discharger, engineer, visit } from "../fixtures";
import { digestOf } from "../digests";
import { json, openApp, PICTURE_URL, refusal, screen, server, settle, sign, useFreshPhone } from "../harness";

const decided: Visit = {
  ...visit,
  state: "objected",
  confirmation: {
    id: "confirmation-1",
    decision: "object",
    reason: "数值不符",
    signer_name: "周厂长",
    signature_url: "/files/photo-3",
    decided_at: "2026-11-20T15:16:00+08:00",
    late: true,
  },
};

useFreshPhone();

async function open(shown: Visit = visit, session: Session = discharger): Promise<void> {
  server.on("GET", "visits/visit-1", () => json(shown));
  await openApp("/visits/visit-1", session);
}

function acceptDecision(answer: unknown = { state: "confirmed", confirmed_at: "", late: false }): void {
  server.on("PUT", "attachments/*", () => json({}, 201));
  server.on("PUT", "visits/visit-1/confirmation/*", () => json(answer, 201));
}

describe("a visit", () => {
  it("shows who was there when, how far away, until when, and what was noted", async () => {
    await open();
    expect(screen.text("h2")).toBe("总排口测点");
    expect(screen.text(".card .van-tag")).toBe("有异常");
    expect(screen.facts()).toEqual({
      状态: "待确认",
      运维机构: "清源运维",
      运维人员: "张师傅",
      签到: "2026-11-20 08:01 · 距测点 1.2 km",
      签退: "2026-11-20 10:02",
      确认截止: "2026-11-20 23:59",
      说明: "更换了滤芯",
    });
    expect(screen.text(".verdict.warning")).toBe("签到时手机时间偏差 7 分钟");
    expect(screen.text(".digest")).toBe("内容摘要 sha256-of-what-is-shown");
  });

  it("that is decided names no time, and what is not noted is not shown", async () => {
    await open({ ...decided, note: "", signed_out_at: null });
    expect(Object.keys(screen.facts())).toEqual(["状态", "运维机构", "运维人员", "签到", "签退"]);
    expect(screen.facts()["签退"]).toBe("—");
  });

  it("shows its photos, small ones, without the signature, and one large on a tap", async () => {
    await open();
    const images = [...document.querySelectorAll<HTMLImageElement>(".photos img")];
    expect(images.map((each) => each.getAttribute("src"))).toEqual([
      "/files/photo-1?size=thumb",
      "/files/photo-2?size=thumb",
    ]);
    await screen.press(images[1]);
    expect(screen.texts(".van-image-preview__index")).toEqual(["2 / 2"]);
    const shown = [...document.querySelectorAll(".van-image-preview img")].map((each) => each.getAttribute("src"));
    expect(shown).toEqual(expect.arrayContaining(["/files/photo-1", "/files/photo-2"]));
  });

  it("shows each sheet with its answers, computed values and verdicts", async () => {
    await open();
    expect(screen.texts("details summary")).toEqual(["基本读数", "日常检查", "标准气体"]);
    expect(screen.text()).toContain("气态巡检有异常HJ 75-2017 附录 G");
    const rows = [...document.querySelectorAll("tr")].map((row) =>
      [...row.querySelectorAll("td")].map((cell) => (cell.textContent ?? "").replace(/\s+/g, " ").trim()),
    );
    expect(rows).toEqual([
      ["流量", "6.0 L/min 有异常"],
      ["两倍流量", "12.00 L"],
      ["采样泵", "异常 漏气"],
      ["电磁阀", "正常"],
      ["1 · 钢瓶编号", "B-1"],
      ["1 · 浓度", "50"],
      ["2 · 钢瓶编号", "B-2"],
      ["2 · 浓度", "80"],
    ]);
    expect(document.querySelectorAll("td.bad")).toHaveLength(1);
  });

  it("shows how it was decided, why, by whom, when, and that it was late", async () => {
    await open(decided);
    expect(screen.textOf("confirmation")).toBe("有异议超过当日周厂长 · 2026-11-20 15:16数值不符");
    expect(screen.get("confirmation").querySelector("img")?.getAttribute("src")).toBe("/files/photo-3");
    expect(screen.find("confirm-open")).toBeNull();
  });

  it("that was confirmed in time says no more than that", async () => {
    await open({
      ...decided,
      state: "confirmed",
      confirmation: { ...decided.confirmation!, decision: "confirm", reason: "", late: false },
    });
    expect(screen.textOf("visit-state")).toBe("已确认");
    expect(screen.textOf("confirmation")).toBe("已确认周厂长 · 2026-11-20 15:16");
  });

  it("can be asked for again when there was no network", async () => {
    server.on(
      "GET",
      "visits/visit-1",
      () => Promise.reject(new TypeError()),
      () => json(visit),
    );
    await openApp("/visits/visit-1", discharger);
    expect(screen.text(".van-empty__description")).toBe("没有网络，连上后重试");
    await screen.tapText("重试");
    expect(screen.text("h2")).toBe("总排口测点");
  });

  it("that is refused says why", async () => {
    server.on("GET", "visits/visit-1", () => refusal(404, "not_found", "没有找到这次运维"));
    await openApp("/visits/visit-1", discharger);
    expect(screen.text(".van-empty__description")).toBe("没有找到这次运维");
  });
});

describe("the answers of a sheet", () => {
  it("are shown by what they are called, and what is empty is left out", async () => {
    const text = (zh: string) => ({ zh, en: zh });
    const choices = [
      { value: "a", title: text("甲") },
      { value: "b", title: text("乙") },
    ];
    const sheet = visit.sheets[0]!;
    const fields = [
      { key: "one", title: text("单选"), type: "choice" as const, choices },
      { key: "many", title: text("多选"), type: "choices" as const, choices },
      { key: "yes", title: text("是否"), type: "boolean" as const },
      { key: "no", title: text("否否"), type: "boolean" as const },
      { key: "pictures", title: text("照片"), type: "photo" as const },
      { key: "zero", title: text("零"), type: "number" as const, unit: "V" },
      { key: "empty", title: text("空"), type: "text" as const },
      { key: "nothing", title: text("无"), type: "text" as const },
    ];
    const answers = {
      s: { one: "b", many: ["b", "a"], yes: true, no: false, pictures: ["x", "y"], zero: 0, empty: "", nothing: null },
    };
    const definition = {
      ...sheet.definition,
      sections: [{ key: "s", title: text("节"), kind: "fields" as const, fields }],
    };
    const results = { verdict: "pass" as const, fields: {}, errors: [], follow_ups: [] };
    await open({ ...visit, sheets: [{ ...sheet, definition, answers, results }] });
    expect(screen.texts("tr")).toEqual(["单选乙", "多选乙、甲", "是否是", "否否否", "照片2 张", "零0 V"]);
  });
});

describe("deciding", () => {
  it.each([
    [
      "the owner of the discharger",
      { ...discharger, account: { ...discharger.account!, roles: ["owner" as const] } },
      visit,
      true,
    ],
    [
      "its manager",
      { ...discharger, account: { ...discharger.account!, roles: ["viewer" as const, "manager" as const] } },
      visit,
      true,
    ],
    [
      "another of the discharger",
      { ...discharger, account: { ...discharger.account!, roles: ["viewer" as const] } },
      visit,
      false,
    ],
    ["the engineer", { ...engineer, account: { ...engineer.account!, roles: ["manager" as const] } }, visit, false],
    ["the owner, once it is decided", discharger, decided, false],
  ])("is open to %s: see", async (_who, session, shown, may) => {
    await open(shown, session);
    expect(screen.find("confirm-open") !== null).toBe(may);
  });

  it("sends the signature, then the decision about exactly what was shown", async () => {
    acceptDecision();
    await open();
    await screen.tap("confirm-open");
    await sign();
    server.on("GET", "visits/visit-1", () => json({ ...visit, state: "confirmed" }));
    server.requests.length = 0;
    await screen.tap("confirm-submit");
    const [signature, decision, again] = server.sent();
    const id = /^attachments\/([-0-9a-f]{36})\?purpose=signature&filename=signature\.png$/.exec(signature!.path)?.[1];
    expect(new TextDecoder().decode(signature!.bytes)).toBe(atob(PICTURE_URL.split(",")[1]!));
    expect(signature!.headers).toMatchObject({
      "Content-Type": "image/png",
      "Content-Digest": digestOf(signature!.bytes),
    });
    expect(decision!.path).toMatch(/^visits\/visit-1\/confirmation\/[0-9a-f]{8}-[0-9a-f]{4}-7[-0-9a-f]+$/);
    const body = `{"decision":"confirm","reason":"","signature_id":"${id}","shown_digest":"sha256-of-what-is-shown"}`;
    expect(decision!.body).toBe(body);
    expect(decision!.headers).toMatchObject({ "Content-Type": "application/json", "Content-Digest": digestOf(body) });
    expect([again!.method, again!.path]).toEqual(["GET", "visits/visit-1"]);
    expect(screen.toast()).toBe("已确认");
    expect(screen.textOf("visit-state")).toBe("已确认");
    expect(screen.find("confirm-open")).toBeNull();
  });

  it("says when it was late", async () => {
    acceptDecision({ late: true });
    await open();
    await screen.tap("confirm-open");
    await sign();
    await screen.tap("confirm-submit");
    expect(screen.toast()).toBe("已确认（超过当日）");
  });

  it("needs a signature", async () => {
    await open();
    await screen.tap("confirm-open");
    await screen.tap("confirm-submit");
    expect(screen.textOf("confirm-problem")).toBe("请先签名");
    expect(server.lines("PUT")).toEqual([]);
    acceptDecision();
    await sign();
    await screen.tap("confirm-submit");
    expect(server.lines("PUT")).toHaveLength(2);
  });

  it("against it needs a reason, and sends it", async () => {
    acceptDecision();
    await open();
    await screen.tap("confirm-open");
    expect(screen.find("object-reason")).toBeNull();
    await screen.tap("decision-object");
    expect(screen.textOf("confirm-submit")).toBe("提交异议");
    await screen.type("object-reason", "  ");
    await sign();
    await screen.tap("confirm-submit");
    expect(screen.textOf("confirm-problem")).toBe("请填写异议原因");
    expect(server.lines("PUT")).toEqual([]);
    await screen.type("object-reason", "数值不符");
    await screen.tap("confirm-submit");
    expect(JSON.parse(server.sent("PUT")[1]!.body)).toMatchObject({ decision: "object", reason: "数值不符" });
    expect(screen.toast()).toBe("已提交异议");
  });

  it("for it sends no reason, even when one was typed before", async () => {
    acceptDecision();
    await open();
    await screen.tap("confirm-open");
    await screen.tap("decision-object");
    await screen.type("object-reason", "数值不符");
    await screen.tap("decision-confirm");
    await sign();
    await screen.tap("confirm-submit");
    expect(JSON.parse(server.sent("PUT")[1]!.body)).toMatchObject({ decision: "confirm", reason: "" });
  });

  it.each([
    [
      "the first error",
      () => refusal(422, "invalid", "不对", [{ path: "reason", code: "required", message: "请填写异议原因" }]),
      "请填写异议原因",
    ],
    ["the server's message", () => refusal(403, "forbidden", "只有负责人才能确认"), "只有负责人才能确认"],
    ["a missing network", () => Promise.reject(new TypeError()), "没有网络，连上后重试"],
  ])("that fails says why: %s; a second try is a decision of its own", async (_what, answer, text) => {
    acceptDecision();
    server.on("PUT", "visits/visit-1/confirmation/*", answer);
    await open();
    await screen.tap("confirm-open");
    await sign();
    server.requests.length = 0;
    await screen.tap("confirm-submit");
    expect(screen.textOf("confirm-problem")).toBe(text);
    expect(server.lines("GET")).toEqual([]);
    await screen.tap("confirm-submit");
    const paths = server
      .sent("PUT")
      .map(({ path }) => path)
      .filter((path) => path.startsWith("visits/"));
    expect(new Set(paths).size).toBe(2);
  });

  it.each([["content_changed"], ["invalid_state"]])("that comes too late shows what is so now: %s", async (code) => {
    acceptDecision();
    server.on("PUT", "visits/visit-1/confirmation/*", () => refusal(409, code, "内容已有更新，请重新查看后再签字"));
    await open();
    await screen.tap("confirm-open");
    await sign();
    server.on("GET", "visits/visit-1", () => json({ ...visit, note: "改过的说明", shown_digest: "new" }));
    await screen.tap("confirm-submit");
    expect(screen.textOf("confirm-problem")).toBe("内容已有更新，请重新查看后再签字");
    expect(screen.facts()["说明"]).toBe("改过的说明");
    expect(screen.text(".digest")).toContain("new");
  });

  it("can be signed anew", async () => {
    await open();
    await screen.tap("confirm-open");
    const clear = vi.fn();
    HTMLCanvasElement.prototype.getContext = (() => ({ clearRect: clear })) as never;
    await screen.tap("signature-clear");
    await settle();
    expect(screen.find("signature-pad")).not.toBeNull();
  });
});
