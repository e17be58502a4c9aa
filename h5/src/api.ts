// Speaks the phone API (docs/phone-api.md). Refusals are thrown as Refused, no network as Offline.
import { contentDigest } from "./digest";
import { languageHeader, t } from "./i18n";
import type { FieldError } from "./model";

export type { FieldError };

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: FieldError[],
  ) {
    super(message);
  }
}

export class Offline extends Error {}

const BASE = "/api/v1/";
export const JSON_TYPE = "application/json";
const TIMEOUT_MS = 60_000;
// photos over a bad network
const UPLOAD_TIMEOUT_MS = 5 * 60_000;

function csrfToken(): string {
  // in production its name says that this very host set it; an older one may lie beside it
  for (const name of ["__Host-csrftoken", "csrftoken"]) {
    const value = document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]+)`))?.[1];
    if (value) return value;
  }
  return "";
}

interface RequestOptions {
  body?: BodyInit;
  headers?: Record<string, string>;
  timeout?: number;
}

/**
 * Sends a request and returns the data of its answer. Raises Refused for what the server does not
 * accept, and Offline when it is not known to have been accepted: no network, no answer in time, an
 * error of the server, or an answer that is not the server's (a page of the network's own).
 */
export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const aborter = new AbortController();
  const timer = setTimeout(() => aborter.abort(), options.timeout ?? TIMEOUT_MS);
  let response: Response;
  let text: string;
  try {
    response = await fetch(BASE + path, {
      method,
      body: options.body,
      credentials: "same-origin",
      cache: "no-store",
      headers: { "X-CSRFToken": csrfToken(), "Accept-Language": languageHeader(), ...options.headers },
      signal: aborter.signal,
    });
    text = await response.text();
  } catch {
    throw new Offline(path);
  } finally {
    clearTimeout(timer);
  }
  if (response.status >= 500) throw new Offline(`${response.status} ${path}`);
  const data = parseObject(text);
  if (response.ok) {
    if (data) return data as T;
    throw new Offline(`no JSON: ${path}`);
  }
  const message = String(data?.message ?? t("请求未被接受，请稍后重试"));
  throw new Refused(response.status, String(data?.code ?? "refused"), message, (data?.errors as FieldError[]) ?? []);
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === "object" ? (data as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

/** What to tell a person about a failed request; raises what is no failure of a request. */
export function explain(error: unknown): string {
  if (error instanceof Offline) return t("没有网络，连上后重试");
  if (error instanceof Refused) return error.message;
  throw error;
}

export const get = <T>(path: string): Promise<T> => request<T>("GET", path);

export function post<T>(path: string, body: unknown = {}): Promise<T> {
  return request<T>("POST", path, { body: JSON.stringify(body), headers: { "Content-Type": JSON_TYPE } });
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
  return request<T>("PUT", path, { body, headers, timeout: UPLOAD_TIMEOUT_MS });
}

export const encodeJson = (value: unknown): ArrayBuffer =>
  new TextEncoder().encode(JSON.stringify(value)).buffer as ArrayBuffer;

export const putJson = <T>(path: string, body: unknown): Promise<T> => putBytes<T>(path, encodeJson(body), JSON_TYPE);
