// What a label on an instrument leads to.
import { beforeEach, describe, expect, it } from "vitest";
import { fieldPackage, instrument, task } from "../fixtures";
import { json, openApp, refusal, reopenApp, screen, server, serveField, useFreshPhone } from "../harness";

useFreshPhone();
beforeEach(() => serveField());

describe("an instrument", () => {
  it("shows its filing and its point", async () => {
    server.on("GET", "instruments/instrument-9", () => json(instrument));
    await openApp("/instruments/instrument-9");
    expect(screen.cells()).toEqual([
      "SO2 流量计聚光 CEMS-2000",
      "出厂编号SN-99",
      "量程10–200 mg/m³",
      "启用日期2025-01-02",
      "停用日期2027-03-04",
      "认证有效期至2028-05-06",
      "总排口测点DA001 锅炉烟囱 · 申江化工一厂",
      "MN 号31011500000101",
    ]);
    expect(screen.text()).not.toContain("离线：显示");
  });

  it.each([
    [null, 200, "量程0–200 mg/m³"],
    [10, null, undefined],
  ])("with the range from %j to %j", async (range_lower, range_upper, cell) => {
    server.on("GET", "instruments/instrument-9", () => json({ ...instrument, range_lower, range_upper }));
    await openApp("/instruments/instrument-9");
    expect(screen.cells().find((each) => each.startsWith("量程"))).toBe(cell);
  });

  it("leads to the open task at its point, not to one that is done", async () => {
    server.on("GET", "instruments/instrument-9", () => json(instrument));
    const done = { ...task, id: "task-0", state: "done" as const };
    const elsewhere = { ...task, id: "task-x", point: { ...task.point, id: "point-9" } };
    const { savePackage } = await import("@/db");
    await savePackage({ ...fieldPackage, tasks: [elsewhere, done, task] });
    await openApp("/instruments/instrument-9");
    expect(screen.textOf("instrument-task")).toBe("打开这个测点的任务2026-11-20");
    await screen.tap("instrument-task");
    expect(screen.address()).toBe("/tasks/task-1");
  });

  it("is answered from the phone without a network, and says so", async () => {
    await openApp("/maintenance");
    server.isReachable = false;
    await reopenApp("/instruments/instrument-1");
    expect(screen.text()).toContain("离线：显示本机保存的备案信息");
    expect(screen.cells()[0]).toBe("NOx 分析仪雪迪龙 SCS-900");
    expect(screen.cells()).toContain("总排口测点DA001 锅炉烟囱 · 申江化工一厂");
  });

  it("that the phone does not know is missed without a network", async () => {
    server.isReachable = false;
    await openApp("/instruments/instrument-9");
    expect(screen.text(".van-empty")).toBe("没有网络，这台仪器不在本机的任务中");
  });

  it("that is refused says why", async () => {
    server.on("GET", "instruments/instrument-9", () => refusal(404, "not_found", "没有找到这台仪器"));
    await openApp("/instruments/instrument-9");
    expect(screen.text(".van-empty")).toBe("没有找到这台仪器");
  });
});
