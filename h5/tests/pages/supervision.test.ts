// A supervision as the supervised engineer reads and answers it, with and without a network.
import { describe, expect, it } from "vitest";
import type { Session, Supervision } from "@/model";
import { engineer } from "../fixtures";
import { digestOf } from "../digests";
import {
  json,
  openApp,
  PICTURE_URL,
  pretendOnline,
  refusal,
  reopenApp,
  screen,
  server,
  settle,
  sign,
  useFreshPhone,
} from "../harness";

const text = (zh: string) => ({ zh, en: `${zh} (en)` });
const issued: Supervision = {
  id: "supervision-1",
  full_number: "RYJD-2026-0007",
  supervised_on: "2026-11-19",
  person_name: "张师傅",
  supervisor_name: "钱监督",
  place: "一号站房",
  severity: "major",
  state: "issued",
  rectify_by: null,
  purpose: "季度监督",
  head_name: "孙主任",
  point_name: "总排口",
  facts: "标准气体标签缺失",
  opinion: "补贴标签",
  points_lost: 6,
  findings: [
    { title: text("按规程校准"), clause: "HJ 75-2017 11.2", provenance: "recalled", passed: false, note: "标签缺失" },
    { title: text("佩戴劳保"), clause: "", provenance: "practice", passed: true, note: "" },
  ],
  remote_checks: [],
  attachments: [],
  steps: [
    { act: "issue", text: "", due_on: null, by_name: "钱监督", at: "2026-11-19T16:00:00+08:00", signature_url: "" },
  ],
  shown_digest: "digest-of-what-is-shown",
  is_mine: true,
  may_answer: true,
};
const rectifying: Supervision = { ...issued, state: "rectifying", may_answer: false, rectify_by: "2026-11-22" };
const PATH = "supervisions/supervision-1";

useFreshPhone();

async function open(shown: Supervision = issued, session: Session = engineer): Promise<void> {
  server.on("GET", PATH, () => json(shown));
  await openApp("/supervisions/supervision-1", session);
}

async function loseNetwork(): Promise<void> {
  server.isReachable = false;
  pretendOnline(false);
  window.dispatchEvent(new Event("offline"));
  await settle();
}

async function findNetwork(): Promise<void> {
  server.isReachable = true;
  pretendOnline(true);
  window.dispatchEvent(new Event("online"));
  await settle();
}

async function appeal(reason = "标签在背面"): Promise<void> {
  await screen.tap("supervision-answer");
  await screen.tap("decision-appeal");
  await screen.type("answer-text", reason);
  await sign();
  await screen.tap("answer-submit");
}

function accept(state: string): void {
  server.on("PUT", "attachments/*", () => json({}, 201));
  server.on("PUT", `${PATH}/*`, () => {
    server.on("GET", PATH, () => json({ ...issued, state, may_answer: false }));
    return json({ id: "supervision-1", full_number: "RYJD-2026-0007", state }, 201);
  });
}

describe("a supervision", () => {
  it("shows all of what is signed, facts apart from opinion, and where each clause is known from", async () => {
    const check = {
      parameter: "SO2",
      outcome: "fail",
      unit: "mg/m³",
      analyser: "35.2",
      logger: "36",
      analyser_range: "0～100",
      acquisition_range: "0～100",
      logger_range: "0～200",
      judgements: [{ rule: "analogue", title: text("模拟信号"), clause: "HJ/T 477-2009", outcome: "fail" }],
    };
    await open({
      ...issued,
      remote_checks: [check, { parameter: "NOx", outcome: "not_applicable", not_applicable: "停用" }],
    });
    expect(screen.text("h2")).toBe("RYJD-2026-0007");
    expect(screen.textOf("supervision-state")).toBe("待确认");
    expect(screen.facts()).toEqual({
      监督日期: "2026-11-19",
      监督目的: "季度监督",
      被监督人: "张师傅",
      部门负责人: "孙主任",
      监督人: "钱监督",
      地点: "总排口 · 一号站房",
      严重程度: "重点 · 扣 6 分",
    });
    expect(screen.text()).toContain("事实描述标准气体标签缺失监督意见补贴标签");
    expect(screen.textOf("findings")).toContain("HJ 75-2017 11.2（回忆待核）");
    expect(screen.textOf("findings")).toContain("条款未确认（行业实践）");
    expect(screen.textOf("remote-checks")).toContain("分析仪 35.2，数采仪 36 mg/m³");
    expect(screen.textOf("remote-checks")).toContain("停用");
    expect(screen.textOf("supervision-steps")).toContain("下发 · 钱监督");
  });

  it("of somebody else is read only", async () => {
    await open({ ...issued, is_mine: false, may_answer: false });
    expect(screen.find("supervision-answer")).toBeNull();
    expect(screen.find("supervision-report")).toBeNull();
  });
});

describe("confirming", () => {
  it("sends the signature, then the answer about exactly what was shown", async () => {
    accept("confirmed");
    await open();
    await screen.tap("supervision-answer");
    await sign();
    server.requests.length = 0;
    await screen.tap("answer-submit");
    const [signature, answer] = server.sent("PUT");
    const id = /^attachments\/([-0-9a-f]{36})\?purpose=signature/.exec(signature!.path)?.[1];
    expect(new TextDecoder().decode(signature!.bytes)).toBe(atob(PICTURE_URL.split(",")[1]!));
    expect(answer!.path).toMatch(/^supervisions\/supervision-1\/answer\/[0-9a-f]{8}-[0-9a-f]{4}-7[-0-9a-f]+$/);
    const body = `{"decision":"confirm","text":"","signature_id":"${id}","shown_digest":"digest-of-what-is-shown"}`;
    expect(answer!.body).toBe(body);
    expect(answer!.headers).toMatchObject({ "Content-Digest": digestOf(body) });
    expect(screen.textOf("supervision-state")).toBe("已确认");
    expect(screen.find("supervision-answer")).toBeNull();
    expect(screen.toast()).toBe("已提交");
  });

  it("needs a signature, and an appeal a reason", async () => {
    await open();
    await screen.tap("supervision-answer");
    await screen.tap("answer-submit");
    expect(screen.textOf("answer-problem")).toBe("请先签名");
    await screen.tap("decision-appeal");
    await sign();
    await screen.tap("answer-submit");
    expect(screen.textOf("answer-problem")).toBe("请填写申诉理由");
    expect(server.lines("PUT")).toEqual([]);
  });
});

describe("without a network", () => {
  it("what waits for me is listed and read as it was last seen", async () => {
    const row = { ...issued };
    server.on("GET", "supervisions?bucket=mine", () => json({ items: [row], next: null }));
    server.on("GET", PATH, () => json(issued));
    await openApp("/supervisions");
    expect(screen.textOf("supervision-supervision-1")).toContain("待确认");
    await loseNetwork();
    await reopenApp("/supervisions");
    expect(screen.textOf("seen-before")).toBe("没有网络，连上后重试；显示的是上次取得的内容");
    expect(screen.textOf("supervision-supervision-1")).toContain("RYJD-2026-0007");
    await reopenApp("/supervisions/supervision-1");
    expect(screen.text()).toContain("标准气体标签缺失");
    expect(screen.find("supervision-answer")).not.toBeNull();
  });

  it("of another account nothing is shown", async () => {
    await open();
    server.on("GET", PATH, () => Promise.reject(new TypeError("cut")));
    await reopenApp("/supervisions/supervision-1", { ...engineer, account: { ...engineer.account!, id: "account-9" } });
    expect(screen.text(".van-empty__description")).toBe("没有网络，连上后重试");
  });

  it("an appeal is kept over a restart and sent once, with the same bytes, when there is one", async () => {
    await open();
    await loseNetwork();
    await appeal();
    expect(screen.toast()).toBe("已保存，联网后自动发送");
    expect(screen.textOf("step-waiting")).toContain("申诉已保存在本机，等待发送");
    expect(screen.find("supervision-answer")).toBeNull();

    await reopenApp("/supervisions/supervision-1");
    expect(screen.textOf("step-waiting")).toContain("标签在背面");
    accept("appealed");
    server.requests.length = 0;
    await findNetwork();
    await settle();
    await findNetwork();

    const answers = server.sent("PUT").filter(({ path }) => path.startsWith("supervisions/"));
    expect(answers).toHaveLength(1);
    expect(JSON.parse(answers[0]!.body)).toMatchObject({
      decision: "appeal",
      text: "标签在背面",
      shown_digest: "digest-of-what-is-shown",
    });
    expect(screen.textOf("supervision-state")).toBe("申诉中");
    expect(screen.find("step-waiting")).toBeNull();
  });

  it("an answer that got lost is repeated under the same id", async () => {
    server.on("PUT", "attachments/*", () => json({}, 201));
    server.on("PUT", `${PATH}/*`, () => Promise.reject(new TypeError("cut")));
    await open();
    await appeal();
    expect(screen.find("step-waiting")).not.toBeNull();
    accept("appealed");
    await findNetwork();
    const paths = server.lines("PUT").filter((line) => line.includes("/answer/"));
    expect(paths).toHaveLength(2);
    expect(new Set(paths).size).toBe(1);
  });

  it("the report of a rectification is kept with its picture", async () => {
    await open(rectifying);
    await loseNetwork();
    await screen.type("supervision-text", "已补贴标签");
    await screen.photograph();
    await screen.tap("supervision-report");
    expect(screen.textOf("step-waiting")).toContain("整改报告已保存在本机");
    accept("rectified");
    server.requests.length = 0;
    await findNetwork();
    const [picture, report] = server.sent("PUT");
    const id = /^attachments\/([-0-9a-f]{36})/.exec(picture!.path)?.[1];
    expect(report!.path).toMatch(/^supervisions\/supervision-1\/report\//);
    expect(JSON.parse(report!.body)).toEqual({ text: "已补贴标签", attachment_ids: [id] });
    expect(screen.textOf("supervision-state")).toBe("待复核");
  });

  it("what is being typed is still there after a restart", async () => {
    await open(rectifying);
    await screen.type("supervision-text", "写到一半");
    await reopenApp("/supervisions/supervision-1");
    expect(screen.valueOf("supervision-text")).toBe("写到一半");
  });
});

describe("a record that was changed meanwhile", () => {
  it("is shown as it is now; what was typed is kept and signed anew as a step of its own", async () => {
    server.on("PUT", "attachments/*", () => json({}, 201));
    server.on("PUT", `${PATH}/*`, () => {
      server.on("GET", PATH, () => json({ ...issued, facts: "改过的事实", shown_digest: "new" }));
      return refusal(409, "content_changed", "内容已有更新，请重新查看后再签字");
    });
    await open();
    await appeal();
    expect(screen.textOf("step-problem")).toContain("内容已有更新，请重新查看后再签字");
    expect(screen.text()).toContain("改过的事实");
    const [first] = server.lines("PUT").filter((line) => line.includes("/answer/"));

    accept("appealed");
    await screen.tap("supervision-answer");
    expect(screen.valueOf("answer-text")).toBe("标签在背面");
    await sign();
    await screen.tap("answer-submit");
    const second = server.sent("PUT").at(-1)!;
    expect(`PUT ${second.path}`).not.toBe(first);
    expect(JSON.parse(second.body)).toMatchObject({ decision: "appeal", text: "标签在背面", shown_digest: "new" });
    expect(screen.find("step-problem")).toBeNull();
  });

  it("that waits for no answer any more says so, and keeps the text until it is given up", async () => {
    server.on("PUT", "attachments/*", () => json({}, 201));
    server.on("PUT", `${PATH}/*`, () => {
      server.on("GET", PATH, () => json({ ...issued, state: "confirmed", may_answer: false }));
      return refusal(409, "invalid_state", "该监督记录不在待确认状态");
    });
    await open();
    await appeal();
    expect(screen.textOf("step-problem")).toContain("该监督记录不在待确认状态");
    expect(screen.textOf("step-problem")).toContain("申诉没有被接收，这条记录现在是“已确认”。");
    expect(screen.textOf("step-problem")).toContain("标签在背面");
    await screen.tap("step-drop");
    await screen.answerDialog("confirm");
    expect(screen.find("step-problem")).toBeNull();
  });
});
