import { beforeEach, describe, expect, it, vi } from "vitest";
import english from "./en";
import { request } from "./api";
import { setLanguage, t } from "./i18n";

const sources = import.meta.glob(["./**/*.ts", "./**/*.vue", "!./sheets/**", "!./en.ts", "!./**/*.test.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const NAME_OF_THE_LANGUAGE = "简体中文";

/** Every quoted Chinese text of the app, whether `t` meets it at once or through a table. */
function texts(): Set<string> {
  const result = new Set<string>();
  for (const source of Object.values(sources) as string[]) {
    const code = source.replace(/^\s*(\/\/|\/\*\*|\*).*$/gm, "");
    for (const [, text] of code.matchAll(/["'`]([^"'`\n]*[\u4e00-\u9fff][^"'`\n]*)["'`]/g)) result.add(text as string);
  }
  result.delete(NAME_OF_THE_LANGUAGE);
  return result;
}

describe("the English of the app", () => {
  beforeEach(() => setLanguage("zh"));

  it("has every text", () => {
    expect(texts().size).toBeGreaterThan(100);
    expect([...texts()].filter((text) => !english[text])).toEqual([]);
  });

  it("has nothing that is no longer used", () => {
    const used = texts();
    expect(Object.keys(english).filter((text) => !used.has(text))).toEqual([]);
  });

  it("keeps the places of values", () => {
    const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    expect(Object.entries(english).filter(([zh, en]) => places(zh).join() !== places(en).join())).toEqual([]);
  });

  it("is read when chosen, and only then", async () => {
    expect(t("还差 {n} 项", { n: 3 })).toBe("还差 3 项");
    await setLanguage("en");
    expect(t("还差 {n} 项", { n: 3 })).toBe("3 to go");
    expect(localStorage.getItem("language")).toBe("en");
  });

  it("is asked of the server as well", async () => {
    const languages: unknown[] = [];
    vi.stubGlobal("fetch", (_url: string, options: RequestInit) => {
      languages.push((options.headers as Record<string, string>)["Accept-Language"]);
      return Promise.resolve(new Response("{}"));
    });
    await request("GET", "session");
    await setLanguage("en");
    await request("GET", "session");
    vi.unstubAllGlobals();
    expect(languages).toEqual(["zh-CN", "en"]);
  });
});
