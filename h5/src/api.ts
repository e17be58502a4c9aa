// Speaks the phone API (docs/phone-api.md). Refusals are thrown as Refused, no network as Offline.
import { contentDigest } from "./digest";
import { languageHeader, t } from "./i18n";
import type { FieldError } from "./model";

export type { FieldError };

export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly errors: FieldError[]) {
    super(message);
  }
}

export class Offline extends Error {}

const BASE = "/api/v1/";

function csrfToken(): string {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

export async function request<T>(method: string, path: string, options: { body?: BodyInit; headers?: Record<string, string> } = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method,
      body: options.body,
      credentials: "same-origin",
      cache: "no-store",
      headers: { "X-CSRFToken": csrfToken(), "Accept-Language": languageHeader(), ...options.headers },
    });
  } catch {
    throw new Offline(path);
  }
  if (response.status >= 500) throw new Offline(`${response.status} ${path}`);
  const data = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (!response.ok) {
    const message = String(data.message ?? t("请求未被接受，请稍后重试"));
    throw new Refused(response.status, String(data.code ?? "refused"), message, (data.errors as FieldError[]) ?? []);
  }
  return data as T;
}

export const get = <T>(path: string): Promise<T> => request<T>("GET", path);

export function post<T>(path: string, body: unknown = {}): Promise<T> {
  return request<T>("POST", path, { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
}

export const remove = <T>(path: string): Promise<T> => request<T>("DELETE", path);

/** Sends exact bytes under an id that the phone made; repeating it is safe. */
export async function putBytes<T>(path: string, body: ArrayBuffer, contentType: string): Promise<T> {
  const headers = {
    "Content-Type": contentType,
    "Content-Digest": await contentDigest(body),
    // of the moment of sending, so it is not part of the bytes: a retry repeats those exactly
    "X-Device-Time": new Date().toISOString(),
  };
  return request<T>("PUT", path, { body, headers });
}

export const putJson = <T>(path: string, body: unknown): Promise<T> =>
  putBytes<T>(path, new TextEncoder().encode(JSON.stringify(body)).buffer as ArrayBuffer, "application/json");
