// The service worker: the app's own files from the cache, never data.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";

type Handler = (event: unknown) => void;
const ORIGIN = "https://city.example";
const source = readFileSync(join(__dirname, "../src/worker.js"), "utf8")
  .replace("__VERSION__", "v2")
  .replace("__FILES__", '["","assets/a.js"]');

let handlers: Record<string, Handler>;
let stored: string[];
let deleted: string[];
let matched: unknown[];
const worker = { skipWaiting: vi.fn(), clients: { claim: vi.fn() }, location: { origin: ORIGIN } };
const network = vi.fn((request: { url: string }) => Promise.resolve(`network ${request.url}`));

class FakeRequest {
  constructor(
    readonly url: string,
    readonly init: unknown,
  ) {}
}

beforeEach(() => {
  handlers = {};
  [stored, deleted, matched] = [[], [], []];
  vi.clearAllMocks();
  const caches = {
    open: (name: string) =>
      Promise.resolve({
        addAll: (requests: FakeRequest[]) => {
          stored.push(...requests.map(({ url, init }) => `${name} ${url} ${JSON.stringify(init)}`));
          return Promise.resolve();
        },
      }),
    keys: () => Promise.resolve(["yunjian-v1", "yunjian-v2", "another"]),
    delete: (name: string) => Promise.resolve(deleted.push(name)),
    match: (key: string, options: unknown) => {
      matched.push([key, options]);
      return Promise.resolve(key === "/h5/" || key === "/h5/assets/a.js" ? `cached ${key}` : undefined);
    },
  };
  const self = { ...worker, addEventListener: (name: string, handler: Handler) => (handlers[name] = handler) };
  new Function("self", "caches", "fetch", "Request", source)(self, caches, network, FakeRequest);
});

const waitFor = async (name: string): Promise<void> => {
  let done: Promise<unknown> | undefined;
  handlers[name]!({ waitUntil: (promise: Promise<unknown>) => (done = promise) });
  await done;
};
const answerTo = (url: string, method = "GET"): Promise<unknown> | undefined => {
  let answer: Promise<unknown> | undefined;
  handlers.fetch!({ request: { url, method }, respondWith: (promise: Promise<unknown>) => (answer = promise) });
  return answer;
};

describe("the service worker", () => {
  it("stores the files of its build, fetched anew, and takes over", async () => {
    await waitFor("install");
    expect(stored).toEqual(['yunjian-v2 /h5/ {"cache":"reload"}', 'yunjian-v2 /h5/assets/a.js {"cache":"reload"}']);
    expect(worker.skipWaiting).toHaveBeenCalledTimes(1);
  });

  it("throws away what older builds stored, and nothing else", async () => {
    await waitFor("activate");
    expect(deleted).toEqual(["yunjian-v1"]);
    expect(worker.clients.claim).toHaveBeenCalledTimes(1);
  });

  it.each([
    [`${ORIGIN}/h5/`, "cached /h5/"],
    [`${ORIGIN}/h5/?account=a`, "cached /h5/"],
    [`${ORIGIN}/h5/index.html`, "cached /h5/"],
    [`${ORIGIN}/h5/assets/a.js`, "cached /h5/assets/a.js"],
    [`${ORIGIN}/h5/assets/new.js`, `network ${ORIGIN}/h5/assets/new.js`],
  ])("answers %s with %s", async (url, answer) => {
    expect(await answerTo(url)).toBe(answer);
    expect(matched[0]).toEqual([expect.any(String), { cacheName: "yunjian-v2" }]);
  });

  it.each([
    [`${ORIGIN}/api/v1/session`, "GET"],
    [`${ORIGIN}/files/1`, "GET"],
    [`${ORIGIN}/h5/`, "POST"],
    ["https://elsewhere.example/h5/", "GET"],
  ])("leaves %s (%s) alone", (url, method) => {
    expect(answerTo(url, method)).toBeUndefined();
  });
});
