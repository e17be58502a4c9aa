// The phone's engine gives the server's results: the vectors that both suites run.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { evaluate, examine, progress } from ".";
import { evaluateExpression, normalizeNumbers, UNKNOWN } from "./expressions";
import { roundHalfEven } from "./rounding";
import type { Answers, Definition, Section } from "./types";

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- JSON of the shared vectors
const read = (name: string): any =>
  JSON.parse(readFileSync(join(__dirname, "../../../tests/vectors", `${name}.json`), "utf8"));
const shared = read("sheets");
const vectors = read("expressions");

describe("shared vectors", () => {
  for (const vector of shared.vectors)
    it(vector.name, () => {
      const before = JSON.stringify(vector.answers);
      const result = evaluate(shared.definition, vector.answers, vector.context);
      expect(result.errors.map((error) => [error.path, error.code])).toEqual(vector.expected.errors);
      expect(result.verdict).toBe(vector.expected.verdict);
      expect(result.fields).toEqual(vector.expected.fields);
      expect(result.follow_ups.map((item) => [item.kind, item.path])).toEqual(vector.expected.follow_ups);
      expect(JSON.stringify(vector.answers)).toBe(before);
    });
});

describe("numbers", () => {
  it.each(vectors.rounding as [number, number, number][])(
    "%d rounded to %d decimals is %d",
    (value, decimals, expected) => {
      expect(roundHalfEven(value, decimals)).toBeCloseTo(expected, 9);
    },
  );
  it.each(vectors.normalised as [string, string][])("%s is read as %s", (source, expected) => {
    expect(normalizeNumbers(source)).toBe(expected);
  });
});

describe("functions", () => {
  for (const { source, variables, expected } of vectors.functions)
    it(source, () => {
      const value = evaluateExpression(source, variables);
      const result = value === UNKNOWN ? "unknown" : typeof value === "bigint" ? Number(value) : value;
      if (typeof expected === "number") expect(result).toBeCloseTo(expected, 7);
      else expect(result).toEqual(expected);
    });
});

describe("what is shown and demanded", () => {
  const look = (answers: Answers) => examine(shared.definition as Definition, answers, {});
  it("follows the expressions", () => {
    expect(look({ main: { fine: false } }).hidden.has("main.why")).toBe(false);
    expect(look({ main: { fine: true } }).hidden.has("main.why")).toBe(true);
    expect(look({ main: { high: 5 } }).required.has("main.reading")).toBe(true);
    expect(look({ main: { high: null } }).required.has("main.reading")).toBe(false);
    expect(look({ main: { scope: "month" } }).hidden.has("monthly")).toBe(false);
    expect(look({}).hidden.has("monthly")).toBe(true);
  });
});

describe("progress", () => {
  it("counts the lines of a checklist and the demanded fields", () => {
    const [main, checks] = shared.definition.sections as Section[];
    expect(progress(checks!, { checks: { pump: { state: "normal" } } })).toEqual({ done: 1, total: 2 });
    expect(progress(main!, { main: { name: "甲" } }).done).toBe(1);
  });
});
