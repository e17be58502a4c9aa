// A record sheet being filled in: sections, fields of every kind, what is stored and what is refused.
import { beforeEach, describe, expect, it } from "vitest";
import type { Draft } from "@/model";
import type { Definition, Field } from "@/sheets";
import { fieldPackage, gasSheet, NOW, task } from "../fixtures";
import { json, openApp, reopenApp, screen, server, serveField, settle, useFreshPhone } from "../harness";

const GAS = "/tasks/task-1/sheets/gas@3";
const text = (zh: string) => ({ zh, en: zh });
const stored = async (): Promise<Draft> => (await (await import("@/db")).storedDrafts())[0] as Draft;
const answers = async (name = "gas@3"): Promise<Record<string, unknown>> => (await stored()).sheets[name]!.answers;
const pressed = (testid: string): string | null => screen.get(testid).getAttribute("aria-pressed");

useFreshPhone();
beforeEach(() => {
  serveField();
  server.on("PUT", "*", () => json({}, 201));
});

/** The app has been here before: the package is stored. */
async function openSheet(path = GAS, carried = fieldPackage): Promise<void> {
  await (await import("@/db")).savePackage(carried);
  await openApp(path);
}

describe("a sheet", () => {
  it("begins with an id and the time, stored at once", async () => {
    await openSheet();
    const sheet = (await stored()).sheets["gas@3"]!;
    expect(sheet).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/) as string,
      answers: { main: {}, checks: {}, gases: [] },
      started_at: NOW.toISOString(),
      finished_at: null,
    });
  });

  it("shows its sections with how much of each is done, and the verdict", async () => {
    await openSheet();
    expect(screen.text(".head strong")).toBe("气态巡检");
    expect(screen.texts(".steps button")).toEqual(["基本读数0/1", "日常检查0/2", "标准气体"]);
    expect(screen.textOf("sheet-verdict")).toBe("合格");
    await screen.type("field-main-flow", "6");
    expect(screen.texts(".steps button")[0]).toBe("基本读数1/1");
    expect(screen.textOf("sheet-verdict")).toBe("有异常");
    expect(document.querySelector<HTMLElement>(".van-progress__portion")?.style.width).toBe("33%");
  });

  it("is gone through section by section, forth, back and by name", async () => {
    await openSheet();
    expect(screen.find("section-back")).toBeNull();
    expect(screen.textOf("section-next")).toBe("下一节：日常检查");
    await screen.tap("section-next");
    expect(screen.get("section-checks").getAttribute("aria-current")).toBe("step");
    expect(screen.find("item-checks-pump-normal")).not.toBeNull();
    await screen.tap("section-back");
    expect(screen.get("section-main").getAttribute("aria-current")).toBe("step");
    await screen.tap("section-gases");
    expect(screen.textOf("section-next")).toBe("填写完成");
  });

  it("is still there, as it was left, when the app is opened again", async () => {
    await openSheet();
    await screen.type("field-main-flow", "4.5");
    await reopenApp(GAS);
    expect(screen.valueOf("field-main-flow")).toBe("4.5");
    expect((await stored()).sheets["gas@3"]!.started_at).toBe(NOW.toISOString());
  });

  it("that is finished too early leads to what is missing, and says how much", async () => {
    await openSheet();
    expect(screen.find("field-main-flow-error")).toBeNull(); // not blamed before one has tried
    await screen.tap("section-gases");
    await screen.tap("section-next");
    expect(screen.toast()).toBe("还有 3 项需要填写或修改");
    expect(screen.textOf("field-main-flow-error")).toBe("请填写此项");
    expect(screen.get("section-checks").className).toContain("bad");
    expect(screen.get("section-gases").className).not.toContain("bad");
    expect((await stored()).sheets["gas@3"]!.finished_at).toBeNull();
    expect(screen.address()).toBe(GAS);
  });

  it("leads to the section that is wrong, not to one whose key begins like it", async () => {
    const [main, , gases] = gasSheet.sections;
    const sections = [{ ...gases!, key: "ma" }, main!];
    await openSheet(GAS, { ...fieldPackage, definitions: { "gas@3": { ...gasSheet, sections } } });
    await screen.tap("section-main");
    await screen.tap("section-next");
    expect(screen.get("section-main").getAttribute("aria-current")).toBe("step");
    expect(screen.get("section-ma").className).not.toContain("bad");
  });

  it("that is complete is finished with its time, and one is back at the task", async () => {
    await openApp("/tasks/task-1");
    const { router } = await import("@/router");
    await router.push(GAS);
    await settle();
    await screen.type("field-main-flow", "3");
    await screen.tap("section-next");
    await screen.tap("all-normal");
    await screen.tap("section-next");
    await screen.tap("section-next");
    expect((await stored()).sheets["gas@3"]!.finished_at).toBe(NOW.toISOString());
    expect(screen.address()).toBe("/tasks/task-1");
  });

  it("shows at once what was missing when the server refused it", async () => {
    await openSheet();
    const { saveDraft } = await import("@/db");
    await saveDraft({ ...(await stored()), problem: { message: "记录单不完整", errors: [] } });
    await reopenApp(GAS);
    expect(screen.textOf("field-main-flow-error")).toBe("请填写此项");
  });

  it("of no task is missed", async () => {
    await openApp("/tasks/task-9/sheets/gas@3");
    expect(screen.text(".van-empty")).toBe("没有找到这份记录单，请返回刷新");
  });
});

describe("a checklist", () => {
  beforeEach(async () => {
    await openSheet();
    await screen.tap("section-checks");
  });

  it("shows each item with how often it is due", () => {
    expect(screen.texts(".item .row")).toEqual(["采样泵每 7 天", "电磁阀"]);
  });

  it.each([
    ["normal", "normal"],
    ["abnormal", "abnormal"],
    ["na", "not_applicable"],
  ])("stores %s as %s", async (code, state) => {
    await screen.tap(`item-checks-pump-${code}`);
    expect((await answers()).checks).toEqual({ pump: { note: "", state } });
    expect(pressed(`item-checks-pump-${code}`)).toBe("true");
    expect(["normal", "abnormal", "na"].filter((each) => pressed(`item-checks-pump-${each}`) === "true")).toEqual([
      code,
    ]);
  });

  it("asks what is abnormal, keeps the note, and refuses its absence", async () => {
    expect(screen.find("note-checks-pump")).toBeNull();
    await screen.tap("item-checks-pump-abnormal");
    expect(screen.text(".item .error")).toBe("异常时请填写说明");
    await screen.type("note-checks-pump", "漏气");
    expect((await answers()).checks).toEqual({ pump: { note: "漏气", state: "abnormal" } });
    expect(screen.text(".item .error")).toBe("");
    await screen.tap("item-checks-pump-normal");
    expect((await answers()).checks).toEqual({ pump: { note: "漏气", state: "normal" } });
    expect(screen.valueOf("note-checks-pump")).toBe("漏气");
  });

  it("fills in what is left with one tap, and only that", async () => {
    await screen.tap("item-checks-pump-abnormal");
    await screen.tap("all-normal");
    expect((await answers()).checks).toMatchObject({ pump: { state: "abnormal" }, valve: { state: "normal" } });
    expect(screen.toast()).toBe("未填写的各项已记为正常");
  });
});

describe("a group", () => {
  beforeEach(async () => {
    await openSheet();
    await screen.tap("section-gases");
  });

  it("may be empty, grows by rows up to its limit, and shrinks", async () => {
    expect(screen.text(".add")).toBe("没有可不填添加一项");
    for (const bottle of ["B-1", "B-2", "B-3"]) {
      await screen.tap("row-add-gases");
      const index = Number(bottle.slice(-1)) - 1;
      await screen.type(`field-gases-${index}-bottle`, bottle);
    }
    expect(screen.get("row-add-gases").className).toContain("disabled");
    expect(screen.texts(".section-title")).toEqual(["标准气体", "第 1 项删除", "第 2 项删除", "第 3 项删除"]);
    await screen.tap("row-remove-gases-1");
    expect((await answers()).gases).toEqual([{ bottle: "B-1" }, { bottle: "B-3" }]);
  });

  it("shows after the removal of a row the numbers of those that stay", async () => {
    await screen.tap("row-add-gases");
    await screen.tap("row-add-gases");
    await screen.type("field-gases-0-level", "50");
    await screen.type("field-gases-1-level", "80");
    await screen.tap("row-remove-gases-0");
    expect((await answers()).gases).toEqual([{ level: 80 }]);
    expect(screen.valueOf("field-gases-0-level")).toBe("80");
  });

  it("names the row that is wrong", async () => {
    await screen.tap("row-add-gases");
    await screen.tap("row-add-gases");
    await screen.type("field-gases-0-bottle", "B-1");
    await screen.tap("section-next");
    await screen.tap("section-gases");
    expect(screen.find("field-gases-0-bottle-error")).toBeNull();
    expect(screen.textOf("field-gases-1-bottle-error")).toBe("请填写此项");
  });
});

describe("a number", () => {
  beforeEach(() => openSheet());

  it.each([
    ["6", 6],
    ["-1", -1],
    ["3.50", 3.5],
    [" 2 ", 2],
    ["1，5", 1.5],
    ["1。5", 1.5],
    ["1.", "1."],
    ["5 升", "5 升"],
    [".5", ".5"],
  ])("typed as %j is stored as %j, and stays as typed", async (typed, value) => {
    await screen.type("field-main-flow", typed);
    expect((await answers()).main).toMatchObject({ flow: value });
    expect(screen.valueOf("field-main-flow")).toBe(typed);
  });

  it("that is taken away is missing again", async () => {
    await screen.type("field-main-flow", "6");
    await screen.type("field-main-flow", " ");
    expect((await answers()).main).toMatchObject({ flow: null });
  });

  it("shows its unit, its bounds, and what was read last time", () => {
    expect(screen.textOf("field-main-flow")).toBe("流量L/min");
    expect(screen.text(".sheet-field > .quiet")).toBe("可填 1～9 L/min · 上次 4.5");
  });

  it.each([
    ["0.9", "不能小于 1"],
    ["1", ""],
    ["9", ""],
    ["9.1", "不能大于 9"],
    ["many", "请填写数字"],
  ])("%s is answered with “%s”", async (typed, error) => {
    await screen.type("field-main-flow", typed);
    expect(screen.find("field-main-flow-error")?.textContent ?? "").toBe(error);
  });

  it("is judged on the spot, with the clause", async () => {
    await screen.type("field-main-flow", "5");
    expect(screen.find("field-main-flow-verdict")).toBeNull();
    await screen.type("field-main-flow", "5.1");
    expect(screen.textOf("field-main-flow-verdict")).toBe("有异常流量偏高（5.1）");
    expect(screen.get("field-main-flow-verdict").className).toContain("warning");
  });

  it("is what others are computed from, with their decimals", async () => {
    expect(screen.valueOf("field-main-double")).toBe("—");
    await screen.type("field-main-flow", "3");
    expect(screen.valueOf("field-main-double")).toBe("6.00");
    expect(screen.textOf("field-main-double")).toContain("L");
  });
});

describe("a field", () => {
  const field = (key: string, type: Field["type"], more: Partial<Field> = {}): Field => ({
    key,
    title: text(key),
    type,
    ...more,
  });
  const two = [
    { value: "a", title: text("甲") },
    { value: "b", title: text("乙") },
  ];
  const everything: Definition = {
    code: "ALL",
    version: 1,
    title: text("各种"),
    sections: [
      {
        key: "s",
        title: text("节"),
        kind: "fields",
        fields: [
          field("short", "text", { hint: text("写一行") }),
          field("long", "longtext"),
          field("yes", "boolean"),
          field("one", "choice", { choices: two, required: true }),
          field("many", "choices", { choices: two }),
          field("day", "date"),
          field("hour", "time"),
          field("at", "datetime"),
          field("pictures", "photo"),
          field("extra", "text", { show: "row.yes == true", required: "row.one == 'b'" }),
        ],
      },
    ],
  };
  const values = async (): Promise<unknown> => (await answers("all@1")).s;
  const confirmPicker = async (selector = ".van-picker__confirm"): Promise<void> => {
    const open = [...document.querySelectorAll<HTMLElement>(".van-popup")].filter(
      (each) => each.style.display !== "none",
    );
    await screen.press(open.at(-1)?.querySelector(selector));
  };

  beforeEach(async () => {
    const sheets = [{ definition: "all@1", required: true }];
    const definitions = { "all@1": everything };
    await openSheet("/tasks/task-1/sheets/all@1", { ...fieldPackage, tasks: [{ ...task, sheets }], definitions });
  });

  it("of text takes what is typed, as long as it may be", async () => {
    const input = screen.get("field-s-short").querySelector("input")!;
    expect([input.placeholder, input.getAttribute("maxlength")]).toEqual(["写一行", null]);
    await screen.type("field-s-short", "正常");
    await screen.type("field-s-long", "第一行\n第二行");
    expect(await values()).toEqual({ short: "正常", long: "第一行\n第二行" });
    await screen.type("field-s-short", "长".repeat(201));
    expect(await values()).toMatchObject({ short: "长".repeat(200) });
  });

  it("of yes or no takes either, which may show another one", async () => {
    expect(screen.find("field-s-extra")).toBeNull();
    await screen.tap("field-s-yes-yes");
    expect(await values()).toEqual({ yes: true });
    expect(screen.find("field-s-extra")).not.toBeNull();
    await screen.tap("field-s-yes-no");
    expect(await values()).toEqual({ yes: false });
    expect(screen.find("field-s-extra")).toBeNull();
  });

  it("of one choice is picked from a list, and says what it is called", async () => {
    await screen.tap("field-s-one");
    await screen.press(
      [...document.querySelectorAll(".van-picker-column__item")].find((each) => each.textContent?.trim() === "乙"),
    );
    await confirmPicker();
    expect(await values()).toEqual({ one: "b" });
    expect(screen.valueOf("field-s-one")).toBe("乙");
    await screen.tap("field-s-yes-yes");
    expect(screen.get("field-s-extra").querySelector(".van-field__label--required")).not.toBeNull();
  });

  it("of choices takes several", async () => {
    await screen.tap("field-s-many-b");
    await screen.tap("field-s-many-a");
    expect(await values()).toEqual({ many: ["b", "a"] });
    await screen.tap("field-s-many-b");
    expect(await values()).toEqual({ many: ["a"] });
  });

  it("of a day begins with today", async () => {
    await screen.tap("field-s-day");
    await confirmPicker();
    expect(await values()).toEqual({ day: "2026-11-20" });
    expect(screen.valueOf("field-s-day")).toBe("2026-11-20");
  });

  it("of a time begins with now, in Shanghai", async () => {
    await screen.tap("field-s-hour");
    await confirmPicker();
    expect(await values()).toEqual({ hour: "09:02" });
  });

  it("of a moment is stored with its zone", async () => {
    await screen.tap("field-s-at");
    await confirmPicker();
    expect(await values()).toEqual({ at: "2026-11-20T09:02:00+08:00" });
    expect(screen.valueOf("field-s-at")).toBe("2026-11-20 09:02");
  });

  it("that is left without picking stays as it was", async () => {
    await screen.tap("field-s-day");
    await confirmPicker(".van-picker__cancel");
    expect(await values()).toEqual({});
  });

  it("of photos stores their ids and sends them; what is removed is no longer named", async () => {
    await screen.photograph("field-s-pictures");
    await screen.photograph("field-s-pictures");
    const [first, second] = server
      .sent("PUT")
      .map(({ path }) => /^attachments\/([^?]+)\?purpose=sheet&/.exec(path)?.[1]);
    expect(await values()).toEqual({ pictures: [first, second] });
    expect([...server.sent("PUT")[0]!.bytes]).toEqual([0xff, 0xd8, 1, 2, 3]);
    await screen.press(document.querySelector(".photo button"));
    expect(await values()).toEqual({ pictures: [second] });
  });
});

describe("what a sheet knows of its task", () => {
  it("fills in what is known", async () => {
    const known: Definition = {
      ...gasSheet,
      sections: [
        {
          key: "main",
          title: text("节"),
          kind: "fields",
          fields: [
            { key: "day", title: text("日"), type: "date", prefill: "ctx.today" },
            { key: "place", title: text("地点"), type: "text", prefill: "ctx.place" },
          ],
        },
      ],
    };
    const tasks = [{ ...task, prefill: { place: "锅炉房" } as unknown as typeof task.prefill }];
    await openSheet(GAS, { ...fieldPackage, tasks, definitions: { "gas@3": known } });
    expect((await answers()).main).toEqual({ day: "2026-11-20", place: "锅炉房" });
  });
});
