import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it } from "vitest";
import { Offline, Refused } from "./api";
import { closeDatabase, outboxItems, saveSupervisions, storedSupervisions } from "./db";
import { flush, type OutboxListener } from "./outbox";
import {
  beginSupervision,
  handInSupervision,
  isSupervision,
  supervisionDrafts,
  supervisionRefused,
  supervisionSent,
} from "./supervisions";

const signature = { id: "0199-signature", body: new ArrayBuffer(3), type: "image/png" };
const listener: OutboxListener = {
  async onSent(item) {
    if (item.kind === "supervision") await supervisionSent(item.task_id);
  },
  async onRefused(item) {
    if (item.problem && (await isSupervision(item.task_id))) await supervisionRefused(item.task_id, item.problem);
  },
};

describe("a supervision on site", () => {
  beforeEach(async () => {
    await saveSupervisions([]);
    await closeDatabase();
    indexedDB.deleteDatabase("yunjian");
    supervisionDrafts.value = [];
  });

  it("is kept until there is a network, then sent once with the same bytes", async () => {
    const draft = await beginSupervision();
    draft.said.purpose = "日常监督";
    await handInSupervision(draft, signature);
    const sent: [string, string][] = [];
    let online = false;
    const send = async (path: string, body: ArrayBuffer): Promise<unknown> => {
      sent.push([path.split("?")[0] as string, new TextDecoder().decode(body)]);
      if (!online) throw new Offline(path);
      return {};
    };

    await flush(listener, send);
    expect((await outboxItems()).length).toBe(2);
    expect((await storedSupervisions())[0]?.handed_in_at).not.toBeNull();
    online = true;
    await flush(listener, send);
    await flush(listener, send);

    expect(sent.map(([path]) => path)).toEqual([
      `attachments/${signature.id}`,
      `attachments/${signature.id}`,
      `supervisions/${draft.id}`,
    ]);
    expect(sent[2]?.[1]).toContain("日常监督");
    expect(await outboxItems()).toEqual([]);
    expect(await storedSupervisions()).toEqual([]);
  });

  it("is open again with what the server said when it was refused", async () => {
    const draft = await beginSupervision();
    await handInSupervision(draft, signature);
    const errors = [{ path: "place", code: "required", message: "请填写地点" }];
    await flush(listener, async (path) => {
      if (path.startsWith("supervisions/")) throw new Refused(422, "invalid", "填写的内容有误", errors);
      return {};
    });

    const [kept] = await storedSupervisions();
    expect(kept?.handed_in_at).toBeNull();
    expect(kept?.problem?.errors).toEqual(errors);

    await handInSupervision(supervisionDrafts.value[0]!, signature);
    expect((await outboxItems()).filter((item) => item.problem)).toEqual([]);
  });
});
