// Answers cases for the server's tests: one JSON array in, one out. See tests/standards/test_two_engines.py.
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const at = (path) => fileURLToPath(new URL(`../src/sheets/${path}`, import.meta.url));
const { module: engine } = await runnerImport(at("index.ts"), { configFile: false });
const { module: language } = await runnerImport(at("expressions.ts"), { configFile: false });

/** JSON has no word for what cannot be told, nor for numbers that are none. */
function told(value) {
  if (typeof value === "symbol" || value === undefined) return { $: "unknown" };
  if (typeof value === "number" && !Number.isFinite(value)) return { $: String(value) };
  if (Array.isArray(value)) return value.map(told);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, told(part)]));
  return value;
}

const works = {
  expression: ({ source, variables }) => language.evaluated(source, variables),
  evaluate: ({ definition, answers, context }) => engine.evaluate(definition, answers, context),
  begin: ({ definition, context }) => engine.begin(definition, context),
};
const { definitions, cases } = JSON.parse(await text(process.stdin));
const answers = cases.map(({ work, ...given }) => told(works[work]({ ...given, definition: definitions[given.definition] })));
process.stdout.write(JSON.stringify(answers));
