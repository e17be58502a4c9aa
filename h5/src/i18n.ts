// Chinese is written in place; English comes from the dictionary, which is loaded only when used.
import { Locale } from "vant";
import { ref } from "vue";
import type { Text } from "./sheets/types";

export type Language = "zh" | "en";
const storedLanguage = localStorage.getItem("language");
export const language = ref<Language>(storedLanguage === "en" ? "en" : "zh");
const dictionary = ref<Record<string, string>>({});

export async function setLanguage(next: Language): Promise<void> {
  if (next === "en") {
    const english = await import("./en");
    english.useEnglishControls();
    dictionary.value = english.default;
  } else {
    Locale.use("zh-CN");
  }
  localStorage.setItem("language", next);
  document.documentElement.lang = next === "en" ? "en" : "zh-CN";
  language.value = next;
}

/** The value of Accept-Language. */
export const languageHeader = (): string => (language.value === "en" ? "en" : "zh-CN");

/** The text in the chosen language; `{name}` is replaced by the value of that name. */
export function t(zh: string, values: Record<string, string | number> = {}): string {
  const text = language.value === "en" ? (dictionary.value[zh] ?? zh) : zh;
  return text.replace(/\{(\w+)\}/g, (_match, name: string) => String(values[name] ?? ""));
}

/** The side of a two-language text that is read. */
export const localized = (text: Text): string => text[language.value];

if (language.value === "en") void setLanguage("en");
