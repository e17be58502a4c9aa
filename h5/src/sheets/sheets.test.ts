// The phone's engine gives the server's results: the shared vectors, and every sheet that ships.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { evaluate, initialAnswers, isRequired, isSectionVisible, isVisible, progress } from ".";
import { normalised } from "./expressions";
import { roundHalfEven } from "./rounding";
import type { Answers, Definition, Field, Section, Values } from "./types";

const ROOT = join(__dirname, "../../..");
const read = (path: string): any => JSON.parse(readFileSync(join(ROOT, path), "utf8"));
const shared = read("tests/vectors/sheets.json");
const words = read("tests/vectors/expressions.json");
const FOLDER = join(ROOT, "src/yunjian/standards/definitions");
const shipped = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".toml"))
  .map((name) => parse(readFileSync(join(FOLDER, name), "utf8")) as unknown as Definition);
const context = { instruments: [{ maker: "试验仪器厂", model: "YJ-100", serial: "1", range_upper: 200 }], discharger: { name: "纸业" }, today: "2026-11-20" };

describe("shared vectors", () => {
  for (const vector of shared.vectors)
    it(vector.name, () => {
      const before = JSON.stringify(vector.answers);
      const said = evaluate(shared.definition, vector.answers, vector.context);
      expect(said.errors.map((error) => [error.path, error.code])).toEqual(vector.expected.errors);
      expect(said.verdict).toBe(vector.expected.verdict);
      expect(said.fields).toEqual(vector.expected.fields);
      expect(said.follow_ups.map((item) => [item.kind, item.path])).toEqual(vector.expected.follow_ups);
      expect(JSON.stringify(vector.answers)).toBe(before);
    });
});

describe("numbers", () => {
  it.each(words.rounding as [number, number, number][])("%d rounded to %d decimals is %d", (value, decimals, expected) => {
    expect(roundHalfEven(value, decimals)).toBeCloseTo(expected, 9);
  });
  it.each(words.normalised as [string, string][])("%s is read as %s", (source, expected) => {
    expect(normalised(source)).toBe(expected);
  });
});

function typical(field: Field): unknown {
  if (field.type === "number") return Math.round(((field.min ?? 0) + (field.max ?? field.min ?? 2)) / 2);
  if (field.type === "choice") return field.choices?.[0]?.value;
  if (field.type === "boolean") return true;
  return { text: "正常", longtext: "正常", date: "2026-11-20", time: "09:30", datetime: "2026-11-20T09:30:00+08:00" }[field.type as string];
}

function filledIn(definition: Definition): Answers {
  const answers = initialAnswers(definition, context);
  for (const section of definition.sections) {
    if (section.kind === "checklist") answers[section.key] = Object.fromEntries((section.items ?? []).map((item) => [item.key, { state: "normal", note: "" }]));
    const rows = section.kind === "group" ? (answers[section.key] as Values[]) : [answers[section.key] as Values];
    for (const row of rows)
      for (const field of section.fields ?? []) {
        const value = typical(field);
        if (row[field.key] === undefined && value !== undefined) row[field.key] = value;
      }
  }
  return answers;
}

describe.each(shipped.map((definition) => [definition.code, definition] as const))("%s", (_code, definition) => {
  it("accepts an honestly filled sheet, and every section counts as done", () => {
    const answers = filledIn(definition);
    expect(evaluate(definition, answers, context).errors).toEqual([]);
    for (const section of definition.sections) expect(progress(section, answers).done).toBe(progress(section, answers).total);
  });

  it("names what is missing in an untouched sheet", () => {
    const said = evaluate(definition, initialAnswers(definition, context), context);
    expect(said.errors.length).toBeGreaterThan(3);
    expect(said.errors.every((error) => ["required", "too_few"].includes(error.code))).toBe(true);
  });

  it("prefills what is known", () => {
    expect((initialAnswers(definition, context).header as Values).company).toBe("纸业");
  });
});

describe("what is shown and demanded", () => {
  const main = shared.definition.sections[0] as Section;
  const why = main.fields?.find((field) => field.key === "why") as Field;
  const reading = main.fields?.find((field) => field.key === "reading") as Field;
  const monthly = shared.definition.sections[2] as Section;
  it("follows the expressions", () => {
    expect(isVisible(shared.definition, why, { fine: false }, {}, {})).toBe(true);
    expect(isVisible(shared.definition, why, { fine: true }, {}, {})).toBe(false);
    expect(isRequired(shared.definition, reading, { high: 5 }, {}, {})).toBe(true);
    expect(isRequired(shared.definition, reading, { high: null }, {}, {})).toBe(false);
    expect(isSectionVisible(shared.definition, monthly, { main: { scope: "month" } }, {})).toBe(true);
    expect(isSectionVisible(shared.definition, monthly, {}, {})).toBe(false);
  });
});
