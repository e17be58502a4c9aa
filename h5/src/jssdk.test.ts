import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Wx } from "./jssdk";

const WECHAT = "Mozilla/5.0 (Linux; Android 14) Chrome/126.0 MicroMessenger/8.0.50";
const APPLE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) MicroMessenger/8.0.50";
const CONFIG = { appId: "wx1", timestamp: 1, nonceStr: "n", signature: "s", jsApiList: ["getLocation"] };
const HERE = { longitude: "121.6", latitude: 31.2, accuracy: "15", errMsg: "getLocation:ok" };
const THERE = { coords: { longitude: 1, latitude: 2, accuracy: 3 } };

let requested: string[];

/** A WeChat whose signature check says yes or no, and which answers as told. */
function wechat(answers: Partial<Wx>, takes = true): Wx {
  let ready: () => void = () => {};
  let failed: (answer: { errMsg: string }) => void = () => {};
  const silent = () => {};
  return {
    config: () => (takes ? ready() : failed({ errMsg: "config:invalid signature" })),
    ready: (callback) => (ready = callback),
    error: (callback) => (failed = callback),
    getLocation: silent,
    chooseImage: silent,
    getLocalImgData: silent,
    scanQRCode: silent,
    ...answers,
  };
}

/** The modules anew, on a phone with this browser and this WeChat. */
async function onPhone(agent: string, wx?: Wx) {
  vi.resetModules();
  vi.stubGlobal("navigator", {
    userAgent: agent,
    onLine: true,
    geolocation: { getCurrentPosition: (done: (position: unknown) => void) => done(THERE) },
  });
  window.wx = wx;
  const { session } = await import("./session");
  session.value = {
    account: null,
    openid_known: true,
    bindings: [],
    identities: [],
    server_time: "",
    authorize_url: "",
    js_sdk: "http://127.0.0.1:9/jweixin.js",
  };
  return { ...(await import("./jssdk")), ...(await import("./geo")), session };
}

beforeEach(() => {
  requested = [];
  vi.stubGlobal("fetch", (url: string) => {
    requested.push(url);
    return Promise.resolve(new Response(JSON.stringify(CONFIG)));
  });
});

describe("the position", () => {
  it("comes from WeChat when it takes our signature, in WGS84", async () => {
    const getLocation = vi.fn((options: Parameters<Wx["getLocation"]>[0]) => options.success?.(HERE));
    const phone = await onPhone(WECHAT, wechat({ getLocation }));
    expect(await phone.currentPosition()).toEqual({ longitude: 121.6, latitude: 31.2, accuracy: 15, datum: "WGS84" });
    expect(getLocation.mock.calls[0]?.[0].type).toBe("wgs84");
  });

  it.each([
    ["WeChat refuses the signature", WECHAT, wechat({}, false)],
    [
      "WeChat cannot tell",
      WECHAT,
      wechat({ getLocation: (options) => options.fail?.({ errMsg: "getLocation:fail" }) }),
    ],
    [
      "WeChat answers nonsense",
      WECHAT,
      wechat({ getLocation: (options) => options.success?.({ ...HERE, longitude: "?" }) }),
    ],
    ["the person says no to WeChat", WECHAT, wechat({ getLocation: (options) => options.cancel?.() })],
    [
      "it is another browser",
      "Mozilla/5.0 Chrome/126.0",
      wechat({ getLocation: (options) => options.success?.(HERE) }),
    ],
  ])("comes from the browser when %s", async (_why, agent, wx) => {
    const phone = await onPhone(agent, wx);
    expect((await phone.currentPosition()).longitude).toBe(1);
  });

  it("comes from the browser when the server has no signature", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}", { status: 502 })));
    const phone = await onPhone(WECHAT, wechat({ getLocation: (options) => options.success?.(HERE) }));
    expect((await phone.currentPosition()).longitude).toBe(1);
  });
});

describe("the signature", () => {
  it("is asked for once, and not again and again where it does not work", async () => {
    const phone = await onPhone(WECHAT, wechat({}, false));
    await Promise.all([phone.wechatSdk(), phone.wechatSdk()]);
    await phone.wechatSdk();
    expect(requested.length).toBe(1);
  });

  it("is for the page of the moment, on iOS for the one that was opened first", async () => {
    const opened = location.href.split("#")[0];
    const android = await onPhone(WECHAT);
    history.replaceState(null, "", `${location.pathname}?moved=1#/me`);
    expect(android.signedUrl()).toBe(location.href.split("#")[0]);
    history.replaceState(null, "", opened);
    const apple = await onPhone(APPLE);
    history.replaceState(null, "", `${location.pathname}?moved=1#/me`);
    expect(apple.signedUrl()).toBe(opened);
    history.replaceState(null, "", opened);
  });

  it("is not asked for without a network", async () => {
    const phone = await onPhone(WECHAT, wechat({}));
    (navigator as { onLine: boolean }).onLine = false;
    expect(await phone.wechatSdk()).toBeNull();
    expect(requested).toEqual([]);
  });
});

describe("photos and codes", () => {
  it.each([
    ["bare, as Android gives it", btoa("\xff\xd8jpeg")],
    ["as a data URL, as iOS gives it", `data:image/jgp;base64,${btoa("\xff\xd8jpeg")}`],
    ["in lines", btoa("\xff\xd8jpeg").replace(/(.{4})/g, "$1\n")],
  ])("reads a picture %s", async (_how, localData) => {
    const chooseImage: Wx["chooseImage"] = (options) =>
      options.success?.({ localIds: ["local-1"], errMsg: "chooseImage:ok" });
    const getLocalImgData: Wx["getLocalImgData"] = (options) => options.success?.({ localData, errMsg: "ok" });
    const phone = await onPhone(WECHAT);
    const file = await phone.takeWechatPhoto(wechat({ chooseImage, getLocalImgData }));
    expect(file?.type).toBe("image/jpeg");
    expect(new Uint8Array((await file?.arrayBuffer()) as ArrayBuffer).slice(0, 2)).toEqual(
      new Uint8Array([0xff, 0xd8]),
    );
  });

  it("tells a changed mind from a failure", async () => {
    const phone = await onPhone(WECHAT);
    expect(await phone.takeWechatPhoto(wechat({ chooseImage: (options) => options.cancel?.() }))).toBeNull();
    const broken = wechat({ chooseImage: (options) => options.fail?.({ errMsg: "chooseImage:fail" }) });
    await expect(phone.takeWechatPhoto(broken)).rejects.toThrow("chooseImage:fail");
  });

  it("reads a code", async () => {
    const phone = await onPhone(WECHAT);
    const scanQRCode: Wx["scanQRCode"] = (options) =>
      options.success?.({ resultStr: "https://x/check/1", errMsg: "ok" });
    expect(await phone.scanWechatCode(wechat({ scanQRCode }))).toBe("https://x/check/1");
  });
});

describe("a message to another account of the same person", () => {
  it("is opened as that account, once", async () => {
    const phone = await onPhone(WECHAT);
    const { switchToAddressee } = await import("./session");
    const account = {
      id: "a",
      name: "",
      phone_masked: "",
      roles: [],
      organization: { id: "", name: "", kind: "agency" as const },
    };
    const binding = {
      id: "b2",
      account_id: "c",
      system: "source" as const,
      username: "",
      organization_name: "",
      is_current: false,
    };
    phone.session.value = { ...phone.session.value!, account, bindings: [binding] };
    history.replaceState(null, "", `${location.pathname}?account=c#/visits/1`);
    await switchToAddressee();
    expect(requested).toEqual(["/api/v1/bindings/b2/switch"]);
    expect(location.href).not.toContain("account=");
    expect(location.hash).toBe("#/visits/1");
    await switchToAddressee();
    expect(requested.length).toBe(1);
  });
});

describe("the way to WeChat's SDK", () => {
  it("signs the address of the page, and configures with the server's answer, quietly", async () => {
    const config = vi.fn();
    const wx = wechat({});
    const phone = await onPhone(WECHAT, { ...wx, config: (options) => (config(options), wx.config(options)) });
    expect(await phone.wechatSdk()).not.toBeNull();
    const page = location.href.split("#")[0] as string;
    expect(requested).toEqual([`/api/v1/wechat/js-config?url=${encodeURIComponent(page)}`]);
    expect(config.mock.calls).toEqual([[{ ...CONFIG, debug: false }]]);
  });

  it("is not taken where the server names no SDK", async () => {
    const phone = await onPhone(WECHAT, wechat({}));
    phone.session.value = { ...phone.session.value!, js_sdk: null };
    expect(await phone.wechatSdk()).toBeNull();
    expect(requested).toEqual([]);
  });

  it("loads the script that the session names, once WeChat has not brought it along", async () => {
    const append = vi.spyOn(document.head, "append").mockImplementation((...nodes) => {
      const script = nodes[0] as HTMLScriptElement;
      expect(script.src).toBe("http://127.0.0.1:9/jweixin.js");
      window.wx = wechat({});
      script.onload?.(new Event("load"));
    });
    const phone = await onPhone(WECHAT);
    expect(await phone.wechatSdk()).toBe(window.wx);
    expect(append).toHaveBeenCalledTimes(1);
    append.mockRestore();
  });

  it("ends without it when the script does not load", async () => {
    const append = vi.spyOn(document.head, "append").mockImplementation((...nodes) => {
      void Promise.resolve().then(() => (nodes[0] as HTMLScriptElement).onerror?.(new Event("error")));
    });
    const phone = await onPhone(WECHAT);
    expect(await phone.wechatSdk()).toBeNull();
    append.mockRestore();
  });

  describe("with time passing", () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it("ends after five seconds when WeChat does not answer, and is tried again five minutes later", async () => {
      const phone = await onPhone(WECHAT, wechat({ config: () => undefined }));
      let sdk: unknown = "waiting";
      void phone.wechatSdk().then((loaded) => (sdk = loaded));
      await vi.advanceTimersByTimeAsync(4_900);
      expect(sdk).toBe("waiting");
      await vi.advanceTimersByTimeAsync(200);
      expect(sdk).toBeNull();
      window.wx = wechat({});
      await vi.advanceTimersByTimeAsync(4 * 60_000);
      expect(await phone.wechatSdk()).toBeNull();
      await vi.advanceTimersByTimeAsync(61_000);
      expect(await phone.wechatSdk()).not.toBeNull();
      expect(requested).toHaveLength(2);
    });

    it("asks the browser where one is when WeChat has not said after twenty seconds", async () => {
      const phone = await onPhone(WECHAT, wechat({}));
      let position: unknown = null;
      void phone.currentPosition().then((reached) => (position = reached));
      await vi.advanceTimersByTimeAsync(19_900);
      expect(position).toBeNull();
      await vi.advanceTimersByTimeAsync(200);
      expect(position).toEqual({ longitude: 1, latitude: 2, accuracy: 3, datum: "WGS84" });
    });
  });
});

describe("what is asked of WeChat", () => {
  it("is one compressed photo from the camera, then its bytes", async () => {
    const chooseImage = vi.fn((options: Parameters<Wx["chooseImage"]>[0]) =>
      options.success?.({ localIds: ["local-1", "local-2"], errMsg: "ok" }),
    );
    const getLocalImgData = vi.fn((options: Parameters<Wx["getLocalImgData"]>[0]) =>
      options.success?.({ localData: btoa("x"), errMsg: "ok" }),
    );
    const phone = await onPhone(WECHAT);
    await phone.takeWechatPhoto(wechat({ chooseImage, getLocalImgData }));
    expect(chooseImage.mock.calls[0]?.[0]).toMatchObject({
      count: 1,
      sizeType: ["compressed"],
      sourceType: ["camera"],
    });
    expect(getLocalImgData.mock.calls[0]?.[0].localId).toBe("local-1");
  });

  it("is the text of a QR code", async () => {
    const scanQRCode = vi.fn((options: Parameters<Wx["scanQRCode"]>[0]) => options.cancel?.());
    const phone = await onPhone(WECHAT);
    expect(await phone.scanWechatCode(wechat({ scanQRCode }))).toBeNull();
    expect(scanQRCode.mock.calls[0]?.[0]).toMatchObject({ needResult: 1, scanType: ["qrCode"] });
  });

  it("without an accuracy is taken as exact to nothing", async () => {
    const getLocation: Wx["getLocation"] = (options) => options.success?.({ ...HERE, accuracy: "?" });
    const phone = await onPhone(WECHAT, wechat({ getLocation }));
    expect(await phone.currentPosition()).toEqual({ longitude: 121.6, latitude: 31.2, accuracy: 0, datum: "WGS84" });
  });
});

describe("what is asked of the browser", () => {
  it("is the exact position of now, within twenty seconds", async () => {
    const phone = await onPhone("Chrome/126.0");
    const getCurrentPosition = vi.fn((done: (position: unknown) => void) => done(THERE));
    Object.assign(navigator, { geolocation: { getCurrentPosition } });
    expect(await phone.currentPosition()).toEqual({ longitude: 1, latitude: 2, accuracy: 3, datum: "WGS84" });
    expect((getCurrentPosition.mock.calls[0] as unknown[])[2]).toEqual({
      enableHighAccuracy: true,
      timeout: 20_000,
      maximumAge: 0,
    });
  });

  it("is explained where there is none", async () => {
    const phone = await onPhone("Chrome/126.0");
    Object.assign(navigator, { geolocation: undefined });
    await expect(phone.currentPosition()).rejects.toThrow("此手机不支持定位");
  });
});
