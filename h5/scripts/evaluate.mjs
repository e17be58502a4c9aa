// Answers cases for the server's tests: one JSON array in, one out. See tests/standards/test_two_engines.py.
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const at = (path) => fileURLToPath(new URL(`../src/sheets/${path}`, import.meta.url));
const { module: engine } = await runnerImport(at("index.ts"), { configFile: false });
const { module: language } = await runnerImport(at("expressions.ts"), { configFile: false });

/** JSON has no form for what is unknown, nor for numbers that are none. */
function toJson(value) {
  if (typeof value === "symbol" || value === undefined) return { $: "unknown" };
  if (typeof value === "number" && !Number.isFinite(value)) return { $: String(value) };
  if (Array.isArray(value)) return value.map(toJson);
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toJson(part)]));
  return value;
}

const works = {
  expression: ({ source, variables }) => language.evaluateExpression(source, variables),
  evaluate: ({ definition, answers, context }) => engine.evaluate(definition, answers, context),
  begin: ({ definition, context }) => engine.initialAnswers(definition, context),
};
const { definitions, cases } = JSON.parse(await text(process.stdin));
const answers = cases.map(({ work, ...given }) =>
  toJson(works[work]({ ...given, definition: definitions[given.definition] })),
);
process.stdout.write(JSON.stringify(answers));
