// The first page and the lists: for an engineer the tasks, for everybody else the visits.
import { describe, expect, it } from "vitest";
import type { Task, VisitRow } from "@/model";
import { discharger, fieldPackage, overdueTask, task, visitRow } from "../fixtures";
import {
  held,
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

const numbered = (count: number): Task[] =>
  Array.from({ length: count }, (_each, index) => ({ ...task, id: `many-${index + 1}` }));
const row = (id: string, change: Partial<VisitRow> = {}): VisitRow => ({ ...visitRow, id, ...change });
const cards = (): (string | undefined)[] =>
  [...document.querySelectorAll<HTMLElement>("[data-testid^=task-], [data-testid^=visit-]")].map(
    (each) => each.dataset.testid,
  );

useFreshPhone();

describe("an engineer's first page", () => {
  it("greets, counts, and shows today's tasks, three at most", async () => {
    serveField({ ...fieldPackage, tasks: [...numbered(4), overdueTask] });
    server.on("GET", "notifications", () => json({ items: [], next: null, unread: 5 }));
    await openApp("/work");
    expect(screen.text(".hello")).toBe("清源运维张师傅，您好");
    expect(screen.textOf("open-maintenance")).toBe("污染源运维（试用）今日 4 项，逾期 1 项");
    expect(screen.textOf("open-messages")).toBe("消息5 条未读");
    expect(screen.textOf("tab-me")).toContain("5");
    expect(cards()).toEqual(["task-many-1", "task-many-2", "task-many-3"]);
    expect(server.lines()).toEqual(["GET field/package", "GET readings", "GET notifications"]);
  });

  it("leads to all tasks", async () => {
    serveField();
    await openApp("/work");
    await screen.tap("open-maintenance");
    expect(screen.address()).toBe("/maintenance");
  });

  it("shows what is stored when there is no network", async () => {
    serveField();
    await openApp("/work");
    server.isReachable = false;
    pretendOnline(false);
    await reopenApp("/work");
    expect(cards()).toEqual(["task-task-1"]);
    expect(screen.textOf("open-messages")).toBe("消息");
  });
});

describe("a discharger's first page", () => {
  it("shows what waits for the signature, three at most, and no tasks", async () => {
    server.on("GET", "visits?bucket=to_confirm", () =>
      json({ items: ["a", "b", "c", "d"].map((id) => row(id)), next: null }),
    );
    server.on("GET", "notifications", () => json({ items: [], next: null, unread: 0 }));
    await openApp("/work", discharger);
    expect(screen.text(".hello")).toBe("申江化工周厂长，您好");
    expect(screen.textOf("open-maintenance")).toBe("污染源运维（试用）查看并确认现场运维记录");
    expect(screen.text(".section-title")).toBe("等您签字确认全部");
    expect(cards()).toEqual(["visit-a", "visit-b", "visit-c"]);
    expect(server.lines()).toEqual(["GET visits?bucket=to_confirm", "GET notifications"]);
  });

  it("opens without a network and when it is refused", async () => {
    server.on("GET", "visits?bucket=to_confirm", () => refusal(403, "forbidden", "没有权限"));
    await openApp("/work", discharger);
    expect(screen.text(".hello")).toContain("周厂长");
    expect(cards()).toEqual([]);
  });
});

describe("a task's card", () => {
  it("shows point, source, contents, day and state, and opens the task", async () => {
    serveField();
    await openApp("/maintenance");
    expect(screen.textOf("task-task-1")).toBe("总排口测点待执行申江化工一厂 · DA001巡检、校准2026-11-20");
    await screen.tap("task-task-1");
    expect(screen.address()).toBe("/tasks/task-1");
  });

  it.each([
    ["填写中", { signed_in_at: "2026-11-20T01:00:00Z" }],
    ["待上传", { signed_in_at: "2026-11-20T01:00:00Z", submitted_at: "2026-11-20T02:00:00Z" }],
    ["需要修改", { signed_in_at: "2026-11-20T01:00:00Z", problem: { message: "x", errors: [] } }],
    ["待执行", {}],
  ])("says %s for what this phone has of it", async (label, change) => {
    serveField();
    const { saveDraft } = await import("@/db");
    const draft = { task_id: "task-1", visit_id: "v", account_id: "account-1", distance: null, sheets: {}, note: "" };
    await saveDraft({ ...draft, signed_in_at: null, submitted_at: null, answer: null, problem: null, ...change });
    await openApp("/maintenance");
    expect(screen.get("task-task-1").querySelector(".van-tag")?.textContent).toBe(label);
  });

  it("says the state of what this phone sent and the server has", async () => {
    serveField({ ...fieldPackage, tasks: [{ ...task, visit: { id: "v", state: "submitted" } }] });
    const { saveDraft } = await import("@/db");
    const draft = { task_id: "task-1", visit_id: "v", account_id: "account-1", distance: null, sheets: {}, note: "" };
    const at = "2026-11-20T02:00:00Z";
    const answer = {
      id: "v",
      state: "submitted" as const,
      verdict: "pass" as const,
      content_digest: "",
      submitted_at: at,
    };
    await saveDraft({
      ...draft,
      signed_in_at: at,
      submitted_at: at,
      answer: { ...answer, follow_ups: [] },
      problem: null,
    });
    await openApp("/maintenance");
    expect(screen.get("task-task-1").querySelector(".van-tag")?.textContent).toBe("待确认");
  });

  it("says the state of the visit that the server knows", async () => {
    serveField({ ...fieldPackage, tasks: [{ ...task, state: "done", visit: { id: "v", state: "objected" } }] });
    await openApp("/maintenance");
    expect(screen.get("task-task-1").querySelector(".van-tag")?.textContent).toBe("有异议");
  });
});

describe("the lists of tasks", () => {
  it("are by when they are due, with counts", async () => {
    const upcoming: Task = { ...task, id: "task-3", bucket: "upcoming" };
    const done: Task = { ...task, id: "task-4", bucket: "done", state: "done" };
    serveField({ ...fieldPackage, tasks: [task, overdueTask, upcoming, { ...upcoming, id: "task-5" }, done] });
    await openApp("/maintenance");
    expect(screen.texts(".van-tab")).toEqual(["今日1", "逾期1", "近期2", "已完成"]);
    expect(cards()).toEqual(["task-task-1"]);
    await screen.tap("tab-overdue");
    expect(cards()).toEqual(["task-task-2"]);
    expect(screen.get("task-task-2").querySelector(".van-tag")?.className).toContain("danger");
    await screen.tap("tab-upcoming");
    expect(cards()).toEqual(["task-task-3", "task-task-5"]);
    await screen.tap("tab-done");
    expect(cards()).toEqual(["task-task-4"]);
  });

  it.each([
    ["tab-today", "今天没有任务"],
    ["tab-overdue", "没有逾期任务"],
    ["tab-upcoming", "近期没有任务"],
    ["tab-done", "还没有完成的任务"],
  ])("that are empty say so: %s", async (tab, text) => {
    serveField({ ...fieldPackage, tasks: [] });
    await openApp("/maintenance");
    await screen.tap(tab);
    expect(screen.text(".van-empty")).toBe(text);
  });

  it("say that they are old without a network, and only then", async () => {
    serveField();
    await openApp("/maintenance");
    expect(screen.text()).not.toContain("显示的是上次联网时的任务");
    server.isReachable = false;
    await reopenApp("/maintenance");
    expect(screen.text(".stale")).toBe("显示的是上次联网时的任务");
    expect(cards()).toEqual(["task-task-1"]);
  });

  it("say why they are refused", async () => {
    server.on("GET", "field/package", () => refusal(403, "forbidden", "没有权限"));
    await openApp("/maintenance");
    expect(screen.toast()).toBe("没有权限");
  });
});

describe("the lists of visits", () => {
  const page = (ids: string[], next: string | null = null) => json({ items: ids.map((id) => row(id)), next });

  it("show who was where when, with verdict and the end of the time for it", async () => {
    server.on("GET", "visits?bucket=to_confirm", () => json({ items: [visitRow], next: null }));
    await openApp("/maintenance", discharger);
    expect(screen.textOf("visit-visit-1")).toBe(
      "总排口测点有异常清源运维 · 张师傅2026-11-20 08:01请于 2026-11-20 23:59 前确认",
    );
    server.on("GET", "visits/visit-1", () => refusal(404, "not_found", "没有找到"));
    await screen.tap("visit-visit-1");
    expect(screen.address()).toBe("/visits/visit-1");
  });

  it("name no time for what is decided", async () => {
    server.on("GET", "visits?bucket=to_confirm", () => json({ items: [row("x", { state: "confirmed" })], next: null }));
    await openApp("/maintenance", discharger);
    expect(screen.textOf("visit-x")).not.toContain("前确认");
  });

  it("are fetched page by page, each list its own", async () => {
    server.on("GET", "visits?bucket=to_confirm", () => page(["a"], "c1"));
    server.on("GET", "visits?bucket=to_confirm&cursor=c1", () => page(["b"]));
    server.on("GET", "visits?bucket=confirmed", () => page(["c"]));
    server.on("GET", "visits?bucket=objected", () => page(["d"]));
    await openApp("/maintenance", discharger);
    expect(cards()).toEqual(["visit-a", "visit-b"]);
    await screen.tap("tab-confirmed");
    expect(cards()).toEqual(["visit-c"]);
    await screen.tap("tab-objected");
    expect(cards()).toEqual(["visit-d"]);
    expect(server.lines()).toEqual([
      "GET visits?bucket=to_confirm",
      "GET visits?bucket=to_confirm&cursor=c1",
      "GET visits?bucket=confirmed",
      "GET visits?bucket=objected",
    ]);
  });

  it("do not show the rows of the list that was left", async () => {
    const slow = held(page(["late"]));
    server.on("GET", "visits?bucket=to_confirm", slow.answer);
    server.on("GET", "visits?bucket=confirmed", () => page(["c"]));
    await openApp("/maintenance", discharger);
    await screen.tap("tab-confirmed");
    slow.release();
    await settle();
    expect(cards()).toEqual(["visit-c"]);
  });

  it.each([
    ["nothing waits", () => page([]), "没有待确认的运维记录"],
    ["there is no network", () => Promise.reject(new TypeError()), "没有网络，连上后重试"],
    ["it is refused", () => refusal(403, "forbidden", "没有权限"), "没有权限"],
  ])("say that %s", async (_what, answer, text) => {
    server.on("GET", "visits?bucket=to_confirm", answer);
    await openApp("/maintenance", discharger);
    expect(screen.text(".van-empty")).toBe(text);
  });

  it("that are empty say so in general", async () => {
    server.on("GET", "visits?bucket=to_confirm", () => page([]));
    server.on("GET", "visits?bucket=objected", () => page([]));
    await openApp("/maintenance", discharger);
    await screen.tap("tab-objected");
    expect(screen.text(".van-empty")).toBe("暂无记录");
  });
});

describe("going back", () => {
  it("goes where one came from, or to the work", async () => {
    serveField();
    await openApp("/messages");
    await screen.press(document.querySelector(".van-nav-bar__left"));
    expect(screen.address()).toBe("/work");
    await screen.tap("open-maintenance");
    expect(screen.text(".van-nav-bar__title")).toBe("污染源运维");
    await screen.press(document.querySelector(".van-nav-bar__left"));
    await settle();
    expect(screen.address()).toBe("/work");
  });
});
