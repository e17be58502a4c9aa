// CEL expressions of sheets: compiled once; every number is a double, as on the server.
import { Environment } from "@marcbachmann/cel-js";
import { FUNCTIONS } from "./functions";

export const UNKNOWN = Symbol("unknown");
export interface Variables {
  s?: unknown;
  row?: unknown;
  ctx?: unknown;
  lim?: unknown;
  calc?: unknown;
  item?: unknown;
}

const NOTHING = { s: null, row: null, ctx: null, lim: null, calc: null, item: null };
// a string, an index such as [0], or a number that is whole as written
const TOKEN = /("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\[\s*\d+\s*\])|(?<![\w.])(\d+)(?![\w.])/g;
const compiled = new Map<string, (variables: Variables) => unknown>();

const language = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
for (const [name, [work, count]] of Object.entries(FUNCTIONS))
  language.registerFunction(`${name}(${Array(count).fill("dyn").join(", ")}): dyn`, work);

/** Write whole numbers as doubles (15 as 15.0), except indexes and inside strings. */
export function normalizeNumbers(source: string): string {
  return source.replace(TOKEN, (_match, untouched: string | undefined, whole: string) => untouched ?? `${whole}.0`);
}

function program(source: string): (variables: Variables) => unknown {
  let compiledProgram = compiled.get(source);
  if (!compiledProgram) {
    compiledProgram = language.parse(normalizeNumbers(source)) as unknown as (variables: Variables) => unknown;
    compiled.set(source, compiledProgram);
  }
  return compiledProgram;
}

/** The value, or UNKNOWN when something it needs is missing or of another type. */
export function evaluateExpression(source: string, variables: Variables): unknown {
  try {
    return asDoubles(program(source)({ ...NOTHING, ...variables }));
  } catch {
    return UNKNOWN; // unknown stays unknown, as on the server
  }
}

/** Whether an expression is true; unknown counts as false. */
export function isTrue(source: string, variables: Variables): boolean {
  return evaluateExpression(source, variables) === true;
}

/** What CEL counts with whole numbers of its own, as the number it is. */
function asDoubles(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return Array.isArray(value) && value.some((item) => typeof item === "bigint") ? value.map(asDoubles) : value;
}
