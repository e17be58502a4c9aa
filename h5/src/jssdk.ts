// WeChat's JS-SDK: position, camera and scanner inside WeChat. Where it is not to be had (another
// browser, no network, a signature that WeChat does not take) there is none, and the phone's own
// means are used instead.
import { get } from "./api";
import { isWechat, session } from "./session";

interface SdkResult {
  errMsg: string;
}
interface LocationResult extends SdkResult {
  longitude: number | string;
  latitude: number | string;
  accuracy: number | string;
}
interface ChooseImageResult extends SdkResult {
  localIds: string[];
}
interface LocalImageResult extends SdkResult {
  localData: string;
}
interface ScanResult extends SdkResult {
  resultStr: string;
}
interface CallOptions<T> {
  success?: (answer: T) => void;
  fail?: (answer: SdkResult) => void;
  cancel?: () => void;
}
export interface Wx {
  config: (options: SdkConfig & { debug?: boolean }) => void;
  ready: (callback: () => void) => void;
  error: (callback: (answer: SdkResult) => void) => void;
  getLocation: (options: CallOptions<LocationResult> & { type: "wgs84" | "gcj02" }) => void;
  chooseImage: (
    options: CallOptions<ChooseImageResult> & { count: number; sizeType: string[]; sourceType: string[] },
  ) => void;
  getLocalImgData: (options: CallOptions<LocalImageResult> & { localId: string }) => void;
  scanQRCode: (options: CallOptions<ScanResult> & { needResult: 0 | 1; scanType: string[] }) => void;
}
interface SdkConfig {
  appId: string;
  timestamp: number;
  nonceStr: string;
  signature: string;
  jsApiList: string[];
}
declare global {
  interface Window {
    wx?: Wx;
  }
}

const TIMEOUT_MS = 5000;
const RETRY_AFTER_MS = 5 * 60_000;
/** The address with which the app was opened; WeChat on iOS goes on checking that one. */
const entryUrl = withoutFragment(location.href);
let sdk: Promise<Wx | null> | null = null;

function withoutFragment(url: string): string {
  return url.split("#")[0] as string;
}

/** The address whose signature WeChat checks on this phone. */
export const signedUrl = (): string =>
  /iPhone|iPad/.test(navigator.userAgent) ? entryUrl : withoutFragment(location.href);

/** The SDK once WeChat has taken our signature; null where it is not to be had. */
export function wechatSdk(): Promise<Wx | null> {
  if (!isWechat() || !session.value?.js_sdk || (!sdk && !navigator.onLine)) return Promise.resolve(null);
  sdk ??= connect(session.value.js_sdk).catch(() => {
    // nobody waits for it again and again where it does not work
    setTimeout(() => (sdk = null), RETRY_AFTER_MS);
    return null;
  });
  return sdk;
}

async function connect(address: string): Promise<Wx> {
  const config = await get<SdkConfig>(`wechat/js-config?url=${encodeURIComponent(signedUrl())}`);
  if (!window.wx) await withTimeout(loadScript(address));
  const wx = window.wx as Wx;
  await withTimeout(
    new Promise<void>((resolve, reject) => {
      wx.error((answer) => reject(new Error(answer.errMsg)));
      wx.ready(resolve);
      wx.config({ ...config, debug: false });
    }),
  );
  return wx;
}

function loadScript(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(address));
    document.head.append(script);
  });
}

function withTimeout<T>(promise: Promise<T>): Promise<T> {
  return Promise.race([
    promise,
    new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error("timeout")), TIMEOUT_MS)),
  ]);
}

/** A call of the SDK as a promise; null when the person cancelled. */
function callSdk<T>(call: (options: CallOptions<T>) => void): Promise<T | null> {
  return new Promise((resolve, reject) =>
    call({
      success: resolve,
      cancel: () => resolve(null),
      fail: (answer) => reject(new Error(answer.errMsg)),
    }),
  );
}

/** Where the phone is (WGS84), or null when the person cancelled. */
export const getWechatLocation = (wx: Wx): Promise<LocationResult | null> =>
  callSdk<LocationResult>((handlers) => wx.getLocation({ ...handlers, type: "wgs84" }));

/** A photo taken now, or null when the person changed their mind. */
export async function takeWechatPhoto(wx: Wx): Promise<File | null> {
  const chosen = await callSdk<ChooseImageResult>((handlers) =>
    wx.chooseImage({ ...handlers, count: 1, sizeType: ["compressed"], sourceType: ["camera"] }),
  );
  const localId = chosen?.localIds[0];
  if (!localId) return null;
  const read = await callSdk<LocalImageResult>((handlers) => wx.getLocalImgData({ ...handlers, localId }));
  return read ? new File([decodeBase64(read.localData)], "photo.jpg", { type: "image/jpeg" }) : null;
}

/** What a QR code says, or null when the person changed their mind. */
export async function scanWechatCode(wx: Wx): Promise<string | null> {
  const read = await callSdk<ScanResult>((handlers) =>
    wx.scanQRCode({ ...handlers, needResult: 1, scanType: ["qrCode"] }),
  );
  return read?.resultStr ?? null;
}

/** Android gives bare Base64, iOS a data URL (and calls it image/jgp). */
function decodeBase64(localData: string): Uint8Array<ArrayBuffer> {
  const base64 = localData.slice(localData.indexOf(",") + 1).replace(/\s/g, "");
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}
