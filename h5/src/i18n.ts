// Chinese is written in place; English comes from the dictionary, which is loaded only when used.
import { ref } from "vue";
import type { Text } from "./sheets/types";

export type Language = "zh" | "en";
const chosen = localStorage.getItem("language") as Language | null;
export const language = ref<Language>(chosen ?? "zh");
const dictionary = ref<Record<string, string>>({});

export async function setLanguage(next: Language): Promise<void> {
  if (next === "en") dictionary.value = (await import("./en")).default;
  localStorage.setItem("language", next);
  language.value = next;
}

/** The text in the chosen language; `{name}` is replaced by the value of that name. */
export function t(zh: string, values: Record<string, string | number> = {}): string {
  const text = language.value === "en" ? (dictionary.value[zh] ?? zh) : zh;
  return text.replace(/\{(\w+)\}/g, (_match, name: string) => String(values[name] ?? ""));
}

/** The side of a two-language text that is read. */
export const said = (text: Text): string => text[language.value];

if (language.value === "en") void setLanguage("en");
