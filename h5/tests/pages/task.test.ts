// One task: signing in on site, the sheets, and handing the visit in.
import { beforeEach, describe, expect, it } from "vitest";
import type { Draft, SheetDraft } from "@/model";
import { fieldPackage, NOW, task } from "../fixtures";
import {
  json,
  openApp,
  pretendOnline,
  pretendPlace,
  refusal,
  reopenApp,
  screen,
  server,
  serveField,
  settle,
  useFreshPhone,
} from "../harness";

const AT = NOW.toISOString();
const filled: SheetDraft = {
  id: "sheet-1",
  answers: { main: { flow: 6 }, checks: { pump: { state: "normal" }, valve: { state: "normal" } }, gases: [] },
  started_at: "2026-11-20T00:30:00.000Z",
  finished_at: "2026-11-20T00:50:00.000Z",
};
const answer = {
  id: "visit-1",
  state: "submitted",
  verdict: "attention",
  content_digest: "d",
  submitted_at: "2026-11-20T09:05:00+08:00",
  follow_ups: [{ kind: "check", path: "main.flow", message: "流量偏高", clause: "5.1" }],
};
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
const onSite: Draft = { ...draft, signed_in_at: "2026-11-20T00:20:00.000Z", distance: 1234 };

async function openWith(stored: Partial<Draft>, path = "/tasks/task-1"): Promise<void> {
  const { saveDraft } = await import("@/db");
  await saveDraft({ ...onSite, ...stored });
  await openApp(path);
}
const storedDraft = async (): Promise<Draft | undefined> => (await (await import("@/db")).storedDrafts())[0];

useFreshPhone();
beforeEach(() => {
  serveField();
  server.on("PUT", "*", () => json(answer, 201));
});

describe("a task", () => {
  it("shows where it is, what for, and the instruments there", async () => {
    await openApp("/tasks/task-1");
    expect(screen.text("h2")).toBe("总排口测点");
    expect(screen.text(".card .van-tag")).toBe("烟气");
    expect(screen.facts()).toEqual({
      排污单位: "申江化工",
      排口: "DA001 锅炉烟囱",
      地址: "金桥路 8 号",
      "MN 号": "31011500000101",
      计划日期: "2026-11-20",
      运维内容: "巡检、校准",
    });
    expect(screen.cells()).toEqual(["NOx 分析仪雪迪龙 SCS-900 · SN-775–300 mg/m³"]);
  });

  it("of waste water says so, and that no instrument is on file", async () => {
    const point = { ...task.point, kind: "wastewater" as const };
    serveField({ ...fieldPackage, tasks: [{ ...task, point, instruments: [] }] });
    await openApp("/tasks/task-1");
    expect(screen.text(".card .van-tag")).toBe("废水");
    expect(screen.cells()).toEqual(["还没有备案的仪器"]);
  });

  it("that is not among those of the phone is fetched, and missed", async () => {
    await openApp("/tasks/task-9");
    expect(server.lines()).toEqual(["GET field/package"]);
    expect(screen.text(".van-empty")).toBe("没有找到这个任务，请返回刷新");
  });

  it("says why the tasks are refused", async () => {
    server.on("GET", "field/package", () => refusal(403, "forbidden", "没有权限"));
    await openApp("/tasks/task-1");
    expect(screen.toast()).toBe("没有权限");
  });

  it("that was begun on another phone is left to that one", async () => {
    serveField({ ...fieldPackage, tasks: [{ ...task, state: "started", visit: { id: "v", state: "in_progress" } }] });
    await openApp("/tasks/task-1");
    expect(screen.text()).toContain("这个任务已在另一部手机上签到，请在那部手机上继续。");
    expect([screen.find("sign-in-button"), screen.find("photo-input")]).toEqual([null, null]);
  });
});

describe("signing in", () => {
  it("needs a photo first", async () => {
    await openApp("/tasks/task-1");
    await screen.tap("sign-in-button");
    expect(screen.textOf("sign-in-problem")).toBe("请先拍摄现场照片");
    expect(server.lines("PUT")).toEqual([]);
  });

  it("sends the photo and the position of now, and opens the sheets", async () => {
    await openApp("/tasks/task-1");
    await screen.photograph();
    await screen.tap("sign-in-button");
    const [photo, signIn] = server.sent("PUT");
    const id = /^attachments\/([-0-9a-f]{36})\?purpose=sign_in&filename=\1\.jpg$/.exec(photo!.path)?.[1];
    expect([...photo!.bytes]).toEqual([0xff, 0xd8, 1, 2, 3]);
    expect(signIn!.path).toMatch(/^visits\/[-0-9a-f]{36}\/sign-in$/);
    expect(signIn!.body).toBe(
      `{"task_id":"task-1","at":"${AT}","position":{"longitude":121.501,"latitude":31.2,"accuracy":15,"datum":"WGS84"},"photo_id":"${id}"}`,
    );
    expect(screen.toast()).toBe("已签到，距测点 95 m");
    expect(screen.text()).toContain("已到场2026-11-20 09:02 · 95 m");
    expect(screen.find("sheet-open-HJ-GAS")).not.toBeNull();
    expect(screen.find("submit-visit")).not.toBeNull();
  });

  it("can be done with another photo than the first", async () => {
    await openApp("/tasks/task-1");
    await screen.photograph();
    expect(screen.find("photo-input")).toBeNull(); // one is enough
    await screen.press(document.querySelector(".photo button"));
    await screen.photograph();
    await screen.tap("sign-in-button");
    expect(server.sent("PUT")).toHaveLength(2);
  });

  it.each([
    [121.5052, false],
    [121.5053, true],
  ])("from longitude %d asks whether it is really here: %s", async (longitude, asks) => {
    pretendPlace({ longitude, latitude: 31.2, accuracy: 9 });
    await openApp("/tasks/task-1");
    await screen.photograph();
    await screen.tap("sign-in-button");
    expect(screen.dialog()).toBe(asks ? "当前位置距测点 504 m，确定现在签到吗？距离会记录在案。" : "");
    expect(server.sent("PUT")).toHaveLength(asks ? 0 : 2);
    if (!asks) return;
    await screen.answerDialog("cancel");
    expect(server.sent("PUT")).toEqual([]);
    await screen.tap("sign-in-button");
    await screen.answerDialog("confirm");
    expect(server.sent("PUT")).toHaveLength(2);
  });

  it.each([
    [1, "没有定位权限：请在手机设置中允许微信使用定位，然后重试"],
    [2, "暂时无法定位，请到开阔处重试"],
    [3, "暂时无法定位，请到开阔处重试"],
  ])("is not done without a position (error %d)", async (code, text) => {
    pretendPlace({ code });
    await openApp("/tasks/task-1");
    await screen.photograph();
    await screen.tap("sign-in-button");
    expect(screen.textOf("sign-in-problem")).toBe(text);
    expect(server.sent("PUT")).toEqual([]);
    pretendPlace();
    await screen.tap("sign-in-button");
    expect(server.sent("PUT")).toHaveLength(2);
    expect(screen.find("sign-in-problem")).toBeNull();
  });

  it("works without a network, and is still there when the app is opened again", async () => {
    await openApp("/maintenance");
    server.isReachable = false;
    await reopenApp("/tasks/task-1");
    await screen.photograph();
    await screen.tap("sign-in-button");
    await reopenApp("/tasks/task-1");
    expect(screen.text()).toContain("已到场2026-11-20 09:02 · 95 m");
    expect(screen.textOf("unsynced-count")).toBe("2");
  });

  it("that was refused says why, and can be done again", async () => {
    server.on("PUT", "visits/*", () =>
      refusal(422, "far", "离测点太远", [{ path: "position", code: "far", message: "距离 9 km" }]),
    );
    await openApp("/tasks/task-1");
    await screen.photograph();
    await screen.tap("sign-in-button");
    expect(screen.textOf("task-problem")).toBe("离测点太远距离 9 km填写的内容都保留着，修改后重新提交即可。");
    expect(screen.find("sign-in-button")).not.toBeNull();
  });
});

describe("the sheets of a task", () => {
  it("are those that are demanded, with what is still missing", async () => {
    await openWith({ sheets: { "gas@3": { ...filled, answers: { main: {}, checks: {}, gases: [] } } } });
    expect(screen.textOf("sheet-open-HJ-GAS")).toBe("气态巡检HJ 75-2017 附录 G还差 3 项");
    expect(screen.find("sheet-open-REPAIR")).toBeNull();
    expect(screen.text()).toContain("已到场2026-11-20 08:20 · 1.2 km");
  });

  it("say whether they were begun, and their verdict when they are complete", async () => {
    await openWith({});
    expect(screen.textOf("sheet-open-HJ-GAS")).toContain("未填写");
    await screen.tap("sheet-open-HJ-GAS");
    expect(screen.address()).toBe("/tasks/task-1/sheets/gas@3");
  });

  it("that are complete show the verdict", async () => {
    await openWith({ sheets: { "gas@3": filled } });
    expect(screen.textOf("sheet-complete-HJ-GAS")).toBe("有异常");
  });

  it("may be more than are demanded: added, stored, and removed after a question", async () => {
    await openWith({});
    await screen.tap("sheet-add");
    expect(screen.texts(".van-action-sheet__item")).toEqual(["维修记录"]);
    await screen.press(document.querySelector(".van-action-sheet__item"));
    expect(screen.textOf("sheet-open-REPAIR")).toContain("维修记录");
    expect((await storedDraft())?.extra).toEqual(["repair@1"]);
    expect(screen.find("sheet-add")).toBeNull();
    expect(screen.find("sheet-remove-HJ-GAS")).toBeNull();
    await screen.tap("sheet-remove-REPAIR");
    expect(screen.dialog()).toBe("移除后这份记录单填写的内容会丢失，确定吗？");
    await screen.answerDialog("cancel");
    expect(screen.find("sheet-open-REPAIR")).not.toBeNull();
    await screen.tap("sheet-remove-REPAIR");
    await screen.answerDialog("confirm");
    expect(screen.find("sheet-open-REPAIR")).toBeNull();
    expect((await storedDraft())?.extra).toEqual([]);
  });

  it("that are removed lose what was filled in, and only they", async () => {
    const repair: SheetDraft = { ...filled, id: "sheet-2", answers: { work: { what: "换泵" } } };
    await openWith({ extra: ["repair@1"], sheets: { "gas@3": filled, "repair@1": repair } });
    await screen.tap("sheet-remove-REPAIR");
    await screen.answerDialog("confirm");
    expect(Object.keys((await storedDraft())!.sheets)).toEqual(["gas@3"]);
  });
});

describe("handing in", () => {
  it("waits until every sheet is complete", async () => {
    await openWith({ sheets: { "gas@3": { ...filled, answers: {} } } });
    await screen.tap("submit-visit");
    expect(screen.toast()).toBe("请先填完所有记录单");
    expect(screen.dialog()).toBe("");
    expect(server.lines("PUT")).toEqual([]);
  });

  it("waits for every sheet to be begun", async () => {
    await openWith({});
    await screen.tap("submit-visit");
    expect(screen.toast()).toBe("请先填完所有记录单");
  });

  it("sends, after a question, all that was filled in and the position, and shows the answer", async () => {
    await openWith({ sheets: { "gas@3": filled }, note: "停电一小时" });
    await screen.tap("submit-visit");
    expect(screen.dialog()).toBe("提交后不能再修改，确定提交吗？");
    await screen.answerDialog("cancel");
    expect(server.lines("PUT")).toEqual([]);
    await screen.tap("submit-visit");
    await screen.answerDialog("confirm");
    const at = JSON.parse(server.sent("PUT")[0]!.body) as { signed_out_at: string };
    expect(server.lines("PUT")).toEqual(["PUT visits/visit-1"]);
    expect(server.sent("PUT")[0]!.body).toBe(
      `{"task_id":"task-1","signed_out_at":"${at.signed_out_at}","sign_out_position":{"longitude":121.501,"latitude":31.2,"accuracy":15,"datum":"WGS84"},"participants":[],` +
        `"sheets":[{"id":"sheet-1","definition":"gas@3","answers":${JSON.stringify(filled.answers)},"started_at":"2026-11-20T00:30:00.000Z","finished_at":"2026-11-20T00:50:00.000Z"}],` +
        '"attachment_ids":[],"note":"停电一小时"}',
    );
    expect(screen.textOf("visit-done")).toBe(
      "已提交有异常2026-11-20 09:05 · 已通知排污单位当日签字确认流量偏高（5.1） 查看运维记录",
    );
    expect(screen.find("submit-visit")).toBeNull();
    server.on("GET", "visits/visit-1", () => refusal(404, "not_found", "没有找到"));
    await screen.tapText("查看运维记录");
    expect(screen.address()).toBe("/visits/visit-1");
  });

  it("takes along the note as it was typed last", async () => {
    await openWith({ sheets: { "gas@3": filled } });
    await screen.type("visit-note", "更换了滤芯");
    expect((await storedDraft())?.note).toBe("更换了滤芯");
    await screen.tap("submit-visit");
    await screen.answerDialog("confirm");
    expect(JSON.parse(server.sent("PUT")[0]!.body)).toMatchObject({ note: "更换了滤芯" });
  });

  it("goes on without a position: the visit is over all the same", async () => {
    pretendPlace({ code: 2 });
    await openWith({ sheets: { "gas@3": filled } });
    await screen.tap("submit-visit");
    await screen.answerDialog("confirm");
    expect(JSON.parse(server.sent("PUT")[0]!.body)).toMatchObject({ sign_out_position: null });
  });

  it.each([
    [true, "正在提交"],
    [false, "已保存，恢复网络后自动提交"],
  ])("says what happens next (network: %s)", async (online, text) => {
    pretendOnline(online);
    await openWith({ sheets: { "gas@3": filled } });
    server.isReachable = online;
    await screen.tap("submit-visit");
    await screen.answerDialog("confirm");
    expect(screen.texts(".van-toast").join()).toContain(text);
  });

  it("without a network waits, cannot be pressed again, and goes when the network is back", async () => {
    await openWith({ sheets: { "gas@3": filled }, extra: [] });
    server.isReachable = false;
    await screen.tap("submit-visit");
    await screen.answerDialog("confirm");
    expect(screen.textOf("waiting-upload")).toBe("已填写完成，等待上传");
    expect([screen.find("submit-visit"), screen.find("sheet-add")]).toEqual([null, null]);
    server.isReachable = true;
    server.requests.length = 0;
    window.dispatchEvent(new Event("online"));
    await settle();
    expect(server.lines("PUT")).toEqual(["PUT visits/visit-1"]);
    expect(screen.find("visit-done")).not.toBeNull();
  });

  it("that is refused opens everything again, with the errors", async () => {
    server.on("PUT", "visits/visit-1", () =>
      refusal(422, "invalid", "记录单不完整", [
        { path: "sheets.0.main.flow", code: "required", message: "请填写流量" },
      ]),
    );
    await openWith({ sheets: { "gas@3": filled } });
    await screen.tap("submit-visit");
    await screen.answerDialog("confirm");
    expect(screen.textOf("task-problem")).toContain("记录单不完整请填写流量");
    expect(screen.find("submit-visit")).not.toBeNull();
    expect(screen.find("visit-done")).toBeNull();
  });
});
