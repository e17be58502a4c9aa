// Parts that stand on many pages: the bar about what is not sent, and the camera.
import { afterEach, describe, expect, it, vi } from "vitest";
import type { OutboxItem } from "@/db";
import { engineer } from "./fixtures";
import { held, json, openApp, pretendOnline, screen, server, serveField, settle, show, useFreshPhone } from "./harness";

useFreshPhone();

describe("the bar about what is not sent", () => {
  const item: OutboxItem = {
    kind: "visit",
    path: "visits/visit-1",
    content_type: "application/json",
    body: new TextEncoder().encode("{}").buffer,
    task_id: "task-1",
    account_id: "account-1",
    attempts: 0,
    problem: null,
  };

  async function openWithWaiting(count: number): Promise<void> {
    serveField();
    const [db, { countUnsynced }] = [await import("@/db"), await import("@/outbox")];
    for (let made = 0; made < count; made += 1) await db.updateOutboxItem(item);
    await openApp("/me");
    await countUnsynced();
    await settle();
  }

  it("is not there when all is well", async () => {
    await openWithWaiting(0);
    expect(screen.find("sync-bar")).toBeNull();
  });

  it("counts what waits, and sends it on a tap", async () => {
    server.on("PUT", "visits/visit-1", () => json({}, 201));
    await openWithWaiting(2);
    expect(screen.textOf("sync-bar")).toContain("2 项未同步");
    await screen.tap("sync-now");
    expect(server.lines("PUT")).toEqual(["PUT visits/visit-1", "PUT visits/visit-1"]);
    expect(screen.find("sync-bar")).toBeNull();
  });

  it("says what is left while it is sending", async () => {
    const slow = held(json({}, 201));
    server.on("PUT", "visits/visit-1", () => json({}, 201), slow.answer);
    await openWithWaiting(2);
    await screen.tap("sync-now");
    expect(screen.textOf("sync-bar")).toContain("正在上传，剩 1 项…");
    expect(screen.get("sync-bar").className).toContain("calm");
    slow.release();
    await settle();
    expect(screen.find("sync-bar")).toBeNull();
  });

  it("says that there is no network, with and without something that waits, and offers nothing", async () => {
    await openWithWaiting(1);
    window.dispatchEvent(new Event("offline"));
    await settle();
    expect(screen.textOf("sync-bar")).toContain("离线：1 项未同步，恢复网络后自动上传");
    expect(screen.find("sync-now")).toBeNull();
  });

  it("says that one can go on without a network", async () => {
    await openWithWaiting(0);
    window.dispatchEvent(new Event("offline"));
    await settle();
    expect(screen.textOf("sync-bar")).toContain("离线：可以继续填写");
  });

  it("asks to sign in again when the session is lost, and leads there", async () => {
    server.on("PUT", "visits/visit-1", () => new Response('{"code":"signed_out"}', { status: 401 }));
    await openWithWaiting(1);
    await screen.tap("sync-now");
    expect(screen.textOf("sync-bar")).toContain("登录已过期，填写的内容都在手机上，请重新登录");
    expect(screen.get("sync-bar").className).toContain("bad");
    expect(screen.textOf("sync-now")).toBe("重新登录");
    await screen.tap("sync-now");
    expect(screen.address()).toBe("/bind");
  });

  it("leads through WeChat inside of it", async () => {
    const assign = vi.spyOn(location, "assign").mockImplementation(() => undefined);
    server.on("PUT", "visits/visit-1", () => new Response('{"code":"signed_out"}', { status: 401 }));
    await openWithWaiting(1);
    await screen.tap("sync-now");
    vi.stubGlobal("navigator", { userAgent: "MicroMessenger/8.0.50", onLine: true });
    await screen.tap("sync-now");
    expect(assign.mock.calls).toEqual([[`/api/v1/wechat/authorize?next=${encodeURIComponent("/h5/#/me")}`]]);
    expect(server.lines("PUT")).toHaveLength(1);
  });
});

describe("the camera", () => {
  const taken: { id: string; type: string }[] = [];
  const removed: string[] = [];
  const open = async (props: Record<string, unknown>): Promise<void> => {
    taken.length = removed.length = 0;
    const { default: PhotoInput } = await import("@/parts/PhotoInput.vue");
    const listeners = {
      onTaken: (photo: { id: string; type: string }) => taken.push(photo),
      onRemoved: (id: string) => removed.push(id),
    };
    await show(PhotoInput, { ...props, ...listeners });
  };

  it("is the phone's own, for pictures, on the back", async () => {
    await open({ ids: [] });
    const input = screen.get("photo-input") as HTMLInputElement;
    expect([input.accept, input.getAttribute("capture")]).toEqual(["image/*", "environment"]);
  });

  it("hands over each photo, made small and stored, and can take the same file again", async () => {
    await open({ ids: [] });
    await screen.photograph();
    expect(taken).toHaveLength(1);
    const { storedPicture } = await import("@/db");
    expect((await storedPicture(taken[0]!.id))?.type).toBe("image/jpeg");
    expect((screen.get("photo-input") as HTMLInputElement).value).toBe("");
  });

  it("shows stored pictures from the phone, others from the server", async () => {
    vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:mine");
    const { savePicture } = await import("@/db");
    await savePicture("mine", new ArrayBuffer(1), "image/jpeg");
    await open({ ids: ["mine", "theirs"] });
    expect([...document.querySelectorAll(".photo img")].map((each) => each.getAttribute("src"))).toEqual([
      "blob:mine",
      "/files/theirs",
    ]);
    await screen.press(document.querySelectorAll(".photo img")[1]);
    expect(screen.texts(".van-image-preview__index").at(-1)).toBe("2 / 2");
    await screen.press(document.querySelectorAll(".photo button")[1]);
    expect(removed).toEqual(["theirs"]);
  });

  it.each([
    [8, undefined, true],
    [9, undefined, false],
    [0, 1, true],
    [1, 1, false],
  ])("with %d photos of at most %j takes another one: %s", async (count, max, more) => {
    await open({ ids: Array.from({ length: count }, (_each, index) => `id-${index}`), max });
    expect(screen.find("photo-input") !== null).toBe(more);
  });

  it("that is switched off neither takes nor removes", async () => {
    await open({ ids: ["a"], disabled: true });
    expect([screen.find("photo-input"), document.querySelector(".photo button")]).toEqual([null, null]);
  });

  describe("inside WeChat", () => {
    const sdk = { chooseImage: vi.fn(), getLocalImgData: vi.fn() };
    afterEach(() => {
      delete window.wx;
      vi.clearAllMocks();
    });

    async function openInWechat(): Promise<{ isPrevented: boolean; picks: number }> {
      vi.stubGlobal("navigator", { userAgent: "MicroMessenger/8.0.50", onLine: true });
      let ready: () => void = () => undefined;
      window.wx = {
        ...sdk,
        config: () => ready(),
        ready: (call: () => void) => (ready = call),
        error: vi.fn(),
      } as never;
      server.on("GET", "wechat/js-config*", () => json({ appId: "wx1" }));
      const { session } = await import("@/session");
      session.value = { ...engineer, js_sdk: "http://127.0.0.1:9/jweixin.js" };
      await open({ ids: [] });
      const input = screen.get("photo-input") as HTMLInputElement;
      const seen = { isPrevented: false, picks: 0 };
      const press = input.click.bind(input);
      vi.spyOn(input, "click").mockImplementation(() => {
        seen.picks += 1;
        press();
      });
      const event = new MouseEvent("click", { bubbles: true, cancelable: true });
      input.dispatchEvent(event);
      seen.isPrevented = event.defaultPrevented;
      await settle();
      return seen;
    }

    it("is WeChat's", async () => {
      sdk.chooseImage.mockImplementation((options: { success: (r: unknown) => void }) =>
        options.success({ localIds: ["l"] }),
      );
      sdk.getLocalImgData.mockImplementation((options: { success: (r: unknown) => void }) =>
        options.success({ localData: btoa("jpeg") }),
      );
      expect(await openInWechat()).toEqual({ isPrevented: true, picks: 0 });
      expect(taken).toHaveLength(1);
    });

    it("is left alone when the person changes their mind", async () => {
      sdk.chooseImage.mockImplementation((options: { cancel: () => void }) => options.cancel());
      expect(await openInWechat()).toEqual({ isPrevented: true, picks: 0 });
      expect(taken).toEqual([]);
    });

    it("is the phone's own where WeChat's fails, from then on", async () => {
      sdk.chooseImage.mockImplementation((options: { fail: (r: unknown) => void }) => options.fail({ errMsg: "no" }));
      expect(await openInWechat()).toEqual({ isPrevented: true, picks: 1 });
      const again = new MouseEvent("click", { bubbles: true, cancelable: true });
      screen.get("photo-input").dispatchEvent(again);
      expect(again.defaultPrevented).toBe(false);
      expect(sdk.chooseImage).toHaveBeenCalledTimes(1);
    });
  });
});

describe("the start of the app", () => {
  it("sends what waits from before, once it is known who holds the phone", async () => {
    serveField();
    server.on("PUT", "visits/visit-1", () => json({}, 201));
    const db = await import("@/db");
    await db.updateOutboxItem({
      kind: "visit",
      path: "visits/visit-1",
      content_type: "application/json",
      body: new ArrayBuffer(0),
      task_id: "task-1",
      account_id: "account-1",
      attempts: 0,
      problem: null,
    });
    const place = document.body.appendChild(document.createElement("div"));
    place.id = "app";
    history.replaceState(null, "", "/h5/#/me");
    await import("@/main");
    await settle();
    await vi.waitFor(() => expect(server.lines("PUT")).toEqual(["PUT visits/visit-1"]));
    expect(server.requests[0]).toMatchObject({ method: "GET", path: "session" });
    expect(place.textContent).toContain("张师傅");
    place.remove();
  });

  it("works without a network as well", async () => {
    serveField();
    pretendOnline(false);
    server.isReachable = false;
    const place = document.body.appendChild(document.createElement("div"));
    place.id = "app";
    await import("@/main");
    await settle();
    expect(server.lines("PUT")).toEqual([]);
    place.remove();
  });
});
