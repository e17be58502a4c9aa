// A phone for tests: the whole app, its real store (IndexedDB in memory) and a server made of answers.
// Faked is only what a browser and a network would do.
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { closeDialog, closeToast } from "vant";
import { createApp, type App, type Component } from "vue";
import type { Session } from "@/model";
import { engineer, fieldPackage, NOW } from "./fixtures";

export interface SentRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  bytes: Uint8Array;
  init: RequestInit;
}

type Answer = (request: SentRequest) => Response | Promise<Response>;

const API = "/api/v1/";
export const HERE = { longitude: 121.501, latitude: 31.2, accuracy: 15 };
export const PICTURE = new Uint8Array([0xff, 0xd8, 1, 2, 3]);
export const PICTURE_URL = `data:image/png;base64,${btoa("signature")}`;

export const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
export const refusal = (status: number, code: string, message: string, errors: unknown[] = []): Response =>
  json({ code, message, errors }, status);

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  return typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body as ArrayBuffer);
}

/** Answers requests as told; what it has no answer for fails the test. */
export class FakeServer {
  readonly requests: SentRequest[] = [];
  readonly unexpected: string[] = [];
  isReachable = true;
  private readonly answers = new Map<string, Answer[]>();

  /** The answers to a request, in order; the last one stays. A path may end in `*`. */
  on(method: string, path: string, ...answers: Answer[]): this {
    this.answers.set(`${method} ${path}`, answers);
    return this;
  }

  /** Requests other than those by which every page begins. */
  sent(method?: string): SentRequest[] {
    return this.requests.filter((each) => each.path !== "session" && (!method || each.method === method));
  }

  lines(method?: string): string[] {
    return this.sent(method).map((each) => `${each.method} ${each.path}`);
  }

  readonly fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const bytes = await bytesOf(init.body);
    const request: SentRequest = {
      method: init.method ?? "GET",
      path: url.startsWith(API) ? url.slice(API.length) : url,
      headers: { ...(init.headers as Record<string, string>) },
      body: new TextDecoder().decode(bytes),
      bytes,
      init,
    };
    this.requests.push(request);
    if (!this.isReachable) throw new TypeError("Failed to fetch");
    const answers = this.answersTo(request);
    if (!answers) {
      this.unexpected.push(`${request.method} ${request.path}`);
      return refusal(404, "not_found", "没有找到");
    }
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) as Answer;
    return answer(request);
  };

  private answersTo({ method, path }: SentRequest): Answer[] | undefined {
    const exact = this.answers.get(`${method} ${path}`);
    if (exact) return exact;
    const matching = [...this.answers.keys()].filter(
      (key) => key.endsWith("*") && `${method} ${path}`.startsWith(key.slice(0, -1)),
    );
    const closest = matching.sort((a, b) => b.length - a.length)[0];
    return closest === undefined ? undefined : this.answers.get(closest);
  }
}

export let server: FakeServer;
let app: App | null = null;
let root: HTMLElement | null = null;
let digesting = 0;
let listeners: [EventTarget, string, EventListenerOrEventListenerObject][] = [];

/** Until everything that can go on without time passing has gone on. */
export async function settle(): Promise<void> {
  await vi.dynamicImportSettled();
  for (let quiet = 0; quiet < 60; quiet = digesting ? 0 : quiet + 1) await new Promise(setImmediate);
}

/** An answer that waits until it is released, as on a slow network. */
export function held(answer: Response): { answer: Answer; release: () => void } {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  return { answer: () => released.then(() => answer), release };
}

function rememberListenersOf(target: EventTarget): void {
  const add = target.addEventListener.bind(target);
  vi.spyOn(target, "addEventListener").mockImplementation((type, listener, options) => {
    if (listener) listeners.push([target, type, listener]);
    add(type, listener, options);
  });
}

export function pretendPlace(answer: Partial<typeof HERE> | { code: number } = HERE): void {
  const getCurrentPosition = (done: (position: unknown) => void, failed: (error: unknown) => void) =>
    "code" in answer ? failed({ ...answer, PERMISSION_DENIED: 1 }) : done({ coords: answer });
  Object.defineProperty(navigator, "geolocation", { value: { getCurrentPosition }, configurable: true });
}

export function pretendOnline(isOnline: boolean): void {
  Object.defineProperty(navigator, "onLine", { value: isOnline, configurable: true });
}

/** What a browser has and the document of the tests has not: a layout, pictures, a canvas. */
function pretendBrowser(): void {
  Object.defineProperty(HTMLElement.prototype, "offsetParent", { get: () => document.body, configurable: true });
  const drawn = new WeakSet<HTMLCanvasElement>();
  const context = (canvas: HTMLCanvasElement) =>
    new Proxy(
      {},
      {
        get: (_target, name) =>
          name === "stroke" ? () => drawn.add(canvas) : name === "canvas" ? canvas : () => undefined,
        set: () => true,
      },
    );
  Object.assign(HTMLCanvasElement.prototype, {
    getContext(this: HTMLCanvasElement) {
      return context(this);
    },
    toDataURL(this: HTMLCanvasElement) {
      return drawn.has(this) ? PICTURE_URL : "data:,";
    },
  });
  const subtle = globalThis.crypto.subtle;
  const digest = subtle.digest.bind(subtle);
  vi.spyOn(subtle, "digest").mockImplementation(async (...given) => {
    digesting += 1;
    try {
      return await digest(...given);
    } finally {
      digesting -= 1;
    }
  });
}

// pictures are made small with a canvas: here they come out as known bytes
vi.mock("compressorjs", () => ({
  default: class {
    constructor(_file: File, options: { success: (blob: Blob) => void }) {
      options.success(new Blob([PICTURE], { type: "image/jpeg" }));
    }
  },
}));

/** Every test of a file begins with an empty phone at a fixed time. */
export function useFreshPhone(): void {
  beforeEach(() => {
    vi.resetModules();
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"], now: NOW });
    globalThis.indexedDB = new IDBFactory();
    localStorage.clear();
    document.cookie = "csrftoken=csrf-1";
    history.replaceState(null, "", "/h5/#/");
    server = new FakeServer();
    server.on("GET", "session", () => json(engineer));
    vi.stubGlobal("fetch", server.fetch);
    listeners = [];
    rememberListenersOf(window);
    rememberListenersOf(document);
    pretendBrowser();
    pretendPlace();
    pretendOnline(true);
  });

  afterEach(async () => {
    const { unexpected } = server;
    app?.unmount();
    app = null;
    closeToast(true);
    closeDialog();
    await settle();
    vi.advanceTimersByTime(1000);
    await settle();
    vi.restoreAllMocks();
    for (const [target, type, listener] of listeners) target.removeEventListener(type, listener);
    vi.clearAllTimers();
    vi.useRealTimers();
    vi.unstubAllGlobals();
    expect(unexpected).toEqual([]);
  });
}

const plain = (text: string | null | undefined): string => (text ?? "").replace(/\s+/g, " ").trim();

/** Vant keeps its dialogs and toasts, hidden, for the next time. */
const visible = (selector: string): string[] =>
  [...document.querySelectorAll<HTMLElement>(selector)]
    .filter((each) => each.style.display !== "none")
    .map((each) => plain(each.textContent));

/** What a person sees and does, by the test ids of the pages. */
export const screen = {
  find: (testid: string): HTMLElement | null => document.querySelector<HTMLElement>(`[data-testid="${testid}"]`),
  get(testid: string): HTMLElement {
    const element = screen.find(testid);
    if (!element) throw new Error(`nothing has the test id ${testid} in: ${screen.text()}`);
    return element;
  },
  text: (selector = "body"): string => plain(document.querySelector(selector)?.textContent),
  texts: (selector: string): string[] =>
    [...document.querySelectorAll(selector)].map((each) => plain(each.textContent)),
  textOf: (testid: string): string => plain(screen.get(testid).textContent),
  /** Description lists and cells, as pairs. */
  facts: (): Record<string, string> =>
    Object.fromEntries(
      [...document.querySelectorAll("dt")].map((dt) => [
        plain(dt.textContent),
        plain(dt.nextElementSibling?.textContent),
      ]),
    ),
  cells: (within = "body"): string[] => screen.texts(`${within} .van-cell`),
  toast: (): string => visible(".van-toast").join(" "),
  async press(element: Element | null | undefined): Promise<void> {
    if (!element) throw new Error(`nothing to press in: ${screen.text()}`);
    element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    await settle();
  },
  tap: (testid: string): Promise<void> => screen.press(screen.get(testid)),
  /** Presses the button that has exactly this text. */
  tapText: (text: string, selector = "button, a"): Promise<void> =>
    screen.press([...document.querySelectorAll(selector)].find((each) => plain(each.textContent) === text)),
  async type(testid: string, text: string): Promise<void> {
    const element = screen.get(testid);
    const input = (
      element.matches("input, textarea") ? element : element.querySelector("input, textarea")
    ) as HTMLInputElement;
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await settle();
  },
  valueOf: (testid: string): string =>
    screen.get(testid).querySelector<HTMLInputElement>("input, textarea")?.value ?? "",
  async answerDialog(button: "confirm" | "cancel"): Promise<void> {
    const buttons = document.querySelectorAll(`.van-dialog__${button}`);
    await screen.press(buttons[buttons.length - 1]);
    vi.advanceTimersByTime(1000);
    await settle();
  },
  dialog: (): string => (visible(".van-dialog").length ? (screen.texts(".van-dialog__message").at(-1) ?? "") : ""),
  /** Gives a file to the input as the camera does. */
  async photograph(testid = "photo-input"): Promise<void> {
    const input = screen.get(testid) as HTMLInputElement;
    Object.defineProperty(input, "files", {
      value: [new File(["raw"], "IMG.jpg", { type: "image/jpeg" })],
      configurable: true,
    });
    input.dispatchEvent(new Event("change", { bubbles: true }));
    await settle();
  },
  address: (): string => location.hash.slice(1),
};

/** Opens the app at an address, as this session; the modules of the app are new each time. */
export async function openApp(path: string, session: Session = engineer): Promise<void> {
  server.on("GET", "session", () => json(session));
  history.replaceState(null, "", `/h5/#${path}`);
  const [{ default: Root }, { router }] = [await import("@/App.vue"), await import("@/router")];
  app?.unmount();
  app = createApp(Root).use(router);
  root?.remove();
  root = document.body.appendChild(document.createElement("div"));
  app.mount(root);
  await router.isReady();
  await settle();
}

/** Closes the app and opens it again: what it knows then is what the phone had stored. */
export async function reopenApp(path: string, session: Session = engineer): Promise<void> {
  app?.unmount();
  await settle();
  for (const [target, type, listener] of listeners.splice(0)) target.removeEventListener(type, listener);
  vi.resetModules();
  await openApp(path, session);
}

/** An engineer's phone with the package of tasks. */
export function serveField(value = fieldPackage): void {
  server.on("GET", "field/package", () => json(structuredClone(value)));
  server.on("GET", "readings", () => json({ items: [] }));
  server.on("GET", "notifications", () => json({ items: [], next: null, unread: 0 }));
}

/** Shows one component alone. */
export async function show(component: Component, props: Record<string, unknown>): Promise<void> {
  app?.unmount();
  app = createApp(component, props);
  app.component("RouterLink", {
    props: { to: { type: String, required: true } },
    template: '<a :href="to"><slot /></a>',
  });
  root?.remove();
  root = document.body.appendChild(document.createElement("div"));
  app.mount(root);
  await settle();
}

/** Draw a stroke on the signature pad. */
export async function sign(): Promise<void> {
  const canvas = document.querySelector("canvas")!;
  for (const [type, x] of [
    ["touchstart", 5],
    ["touchmove", 40],
    ["touchend", 40],
  ] as const) {
    const event = new Event(type, { bubbles: true, cancelable: true });
    Object.assign(event, { touches: [{ clientX: x, clientY: 20 }], changedTouches: [] });
    canvas.dispatchEvent(event);
  }
  await settle();
}
