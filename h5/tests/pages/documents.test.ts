// Documents to be read: kept on the phone, read and confirmed without a network, told when superseded.
import { describe, expect, it } from "vitest";
import type { Acknowledged, DocumentText, Reading } from "@/model";
import { engineer } from "../fixtures";
import { json, openApp, refusal, reopenApp, screen, serveField, server, settle, useFreshPhone } from "../harness";

useFreshPhone();

const version = {
  id: "version-1",
  document: "document-1",
  title: "巡检操作规程",
  category: "procedures",
  number: 2,
  state: "in_force",
  effective_from: "2026-11-10",
  expires_on: "2027-11-09",
  file: { id: "file-1", purpose: "document", url: "/files/file-1", taken_at: "2026-11-01", filename: "规程.pdf" },
  has_file_text: true,
  change_note: "补充了校准",
  digest: "sha256:aa",
  version: 2,
} satisfies Reading["version"];
const reading: Reading = { version, due_on: "2026-11-25", read_at: null, state: "unread" };
const text: DocumentText = { ...version, body: "先看后动\n再看一遍", file_text: "校准周期不超过七天" };
const acknowledged: Acknowledged = {
  id: "acknowledgement-1",
  version: "version-1",
  shown_digest: "sha256:aa",
  read_at: "2026-11-20T09:05:00+08:00",
};
const CONFIRM = "documents/versions/version-1/acknowledgement/*";
const outbox = async () => (await import("@/db")).outboxItems();

function serve(items: Reading[] = [reading]): void {
  serveField();
  server.on("GET", "readings", () => json({ items }));
  server.on("GET", "documents/versions/version-1", () => json(text));
}

async function confirm(): Promise<void> {
  await screen.tap("document-confirm");
  await screen.answerDialog("confirm");
}

describe("documents", () => {
  it("says on the first page how many are to be read, and fetches their texts once", async () => {
    serve();
    await openApp("/work");
    expect(screen.textOf("open-documents")).toContain("1 份待阅读");
    await reopenApp("/work");
    expect(server.lines().filter((each) => each.startsWith("GET documents/"))).toEqual([
      "GET documents/versions/version-1",
    ]);
  });

  it("fetches a text anew when the text of its file has been read meanwhile", async () => {
    serve();
    server.on(
      "GET",
      "documents/versions/version-1",
      () => json({ ...text, has_file_text: false, file_text: "" }),
      () => json(text),
    );
    await openApp("/documents");
    await reopenApp("/documents/version-1");
    expect(screen.text()).toContain("校准周期不超过七天");
  });

  it("opens without a network, is confirmed there, and is sent once with the digest of what was shown", async () => {
    serve();
    await openApp("/work");
    server.isReachable = false;
    await reopenApp("/documents");
    expect(screen.text()).toContain("没有网络，显示的是本机保存的文件");
    expect(screen.textOf("document-open")).toContain("请在 2026-11-25 前阅读");
    await screen.tap("document-open");
    expect(screen.textOf("document-text")).toBe("先看后动再看一遍");
    expect(screen.text()).toContain("校准周期不超过七天");
    await confirm();
    expect(screen.textOf("document-state")).toBe("已确认，等待发送");
    expect(screen.find("document-confirm")).toBeNull();
    await reopenApp("/documents");
    expect(screen.textOf("document-done")).toContain("已确认，等待发送");

    server.isReachable = true;
    server.on("PUT", CONFIRM, () => json(acknowledged, 201));
    serve([{ ...reading, read_at: acknowledged.read_at, state: "read" }]);
    await reopenApp("/documents");
    const sent = server.sent("PUT").filter((each) => each.body.includes("sha256"));
    expect(JSON.parse(sent.at(-1)!.body)).toEqual({ shown_digest: "sha256:aa" });
    expect(new Set(sent.map((each) => `${each.path} ${each.body}`)).size).toBe(1);
    expect(screen.textOf("document-done")).toContain("2026-11-20 09:05 已确认");
    expect(await outbox()).toEqual([]);
  });

  it("stays to be read when the question is answered with no", async () => {
    serve();
    await openApp("/documents/version-1");
    await screen.tap("document-confirm");
    await screen.answerDialog("cancel");
    expect(screen.find("document-confirm")).not.toBeNull();
    expect(await outbox()).toEqual([]);
  });

  it.each([
    [409, "该版本已撤回、过期或被替代，请阅读现行版本"],
    [409, "文件内容已有更新，请重新阅读后再确认"],
    [403, "您不在这份文件的阅读人员之列"],
  ])("tells plainly what became of a confirmation that is refused with %d: %s", async (status, message) => {
    serve();
    server.on("PUT", CONFIRM, () => refusal(status, "refused", message));
    await openApp("/documents/version-1");
    serve([]); // the next version asks somebody else, or comes under another id
    await confirm();
    await settle();
    expect(screen.textOf("document-problem")).toContain(message);
    expect(screen.textOf("document-text")).toContain("先看后动");
    await reopenApp("/documents");
    expect(screen.textOf("document-refused")).toContain(message);
    await screen.tap("document-refused");
    await screen.tap("document-dismiss");
    expect(screen.address()).toBe("/documents");
    expect(screen.find("document-refused")).toBeNull();
    expect(screen.text()).toContain("没有待阅读的文件");
    expect(await outbox()).toEqual([]);
  });

  it("keeps a confirmation while nobody is signed in", async () => {
    serve();
    server.on(
      "PUT",
      CONFIRM,
      () => refusal(401, "signed_out", "登录已过期"),
      () => json(acknowledged, 201),
    );
    await openApp("/documents/version-1");
    await confirm();
    expect(screen.textOf("document-state")).toBe("已确认，等待发送");
    expect(screen.textOf("sync-bar")).toContain("登录已过期");
    await reopenApp("/documents");
    expect(await outbox()).toEqual([]);
  });

  it("shows another account of the phone nothing of the one before, and sends nothing for it", async () => {
    serve();
    await openApp("/documents/version-1");
    server.isReachable = false;
    await confirm();
    server.isReachable = true;
    serve([]);
    const other = { ...engineer, account: { ...engineer.account!, id: "account-9" } };
    await reopenApp("/documents", other);
    expect(screen.text()).toContain("没有待阅读的文件");
    expect(screen.find("document-done")).toBeNull();
    expect((await outbox()).length).toBe(1);
    server.isReachable = false; // the app that was closed would try again
  });

  it("says where the text of a scan is, and opens the file only with a network", async () => {
    serve([{ ...reading, version: { ...version, has_file_text: false } }]);
    server.on("GET", "documents/versions/version-1", () =>
      json({ ...text, body: "", has_file_text: false, file_text: "" }),
    );
    await openApp("/documents/version-1");
    expect(screen.text()).toContain("正文见文件");
    expect(screen.text()).toContain("这个文件没有可离线阅读的文字，请联网打开原文件");
    expect(screen.get("document-file").getAttribute("href")).toBe("/files/file-1");
  });

  it("opens what one is not asked to read without a button to confirm it", async () => {
    serve([]);
    await openApp("/documents/version-1");
    expect(screen.textOf("document-text")).toContain("先看后动");
    expect(screen.find("document-confirm")).toBeNull();
  });
});
