// Where the phone is: asked for at sign-in and sign-out only. WeChat is asked first, then the browser.
import type { Position } from "./model";
import { t } from "./i18n";
import { getWechatLocation, wechatSdk } from "./jssdk";

const TIMEOUT_MS = 20_000;
const EARTH_RADIUS = 6_371_008.8;

/** Great-circle distance in metres between WGS84 positions in degrees. */
export function distance(
  a: { longitude: number; latitude: number },
  b: { longitude: number; latitude: number },
): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const half =
    Math.sin(radians(b.latitude - a.latitude) / 2) ** 2 +
    Math.cos(radians(a.latitude)) *
      Math.cos(radians(b.latitude)) *
      Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(Math.min(1, half)));
}

export function formatDistance(metres: number): string {
  return metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(1)} km`;
}

export async function currentPosition(): Promise<Position> {
  return (await wechatPosition()) ?? browserPosition();
}

async function wechatPosition(): Promise<Position | null> {
  const wx = await wechatSdk();
  if (!wx) return null;
  const answer = await Promise.race([getWechatLocation(wx).catch(() => null), nullAfter(TIMEOUT_MS)]);
  const [longitude, latitude, accuracy] = [answer?.longitude, answer?.latitude, answer?.accuracy].map(Number) as [
    number,
    number,
    number,
  ];
  return Number.isFinite(longitude) && Number.isFinite(latitude)
    ? { longitude, latitude, accuracy: Number.isFinite(accuracy) ? accuracy : 0, datum: "WGS84" }
    : null;
}

const nullAfter = (ms: number): Promise<null> => new Promise((resolve) => setTimeout(resolve, ms, null));

function browserPosition(): Promise<Position> {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) return reject(new Error(t("此手机不支持定位")));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve({ longitude: coords.longitude, latitude: coords.latitude, accuracy: coords.accuracy, datum: "WGS84" }),
      (error) =>
        reject(
          new Error(
            error.code === error.PERMISSION_DENIED
              ? t("没有定位权限：请在手机设置中允许微信使用定位，然后重试")
              : t("暂时无法定位，请到开阔处重试"),
          ),
        ),
      { enableHighAccuracy: true, timeout: TIMEOUT_MS, maximumAge: 0 },
    );
  });
}
