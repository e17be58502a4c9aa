// CEL expressions of sheets: compiled once; every number is a double, as on the server.
import { parse } from "@marcbachmann/cel-js";

export const UNKNOWN = Symbol("unknown");
export interface Variables { s: unknown; row: unknown; ctx: unknown }

// a string, an index such as [0], or a number that is whole as written
const TOKEN = /("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\[\s*\d+\s*\])|(?<![\w.])(\d+)(?![\w.])/g;
const compiled = new Map<string, (variables: Variables) => unknown>();

/** Write whole numbers as doubles (15 as 15.0), except indexes and inside strings. */
export function normalised(source: string): string {
  return source.replace(TOKEN, (_match, kept: string | undefined, whole: string) => kept ?? `${whole}.0`);
}

function program(source: string): (variables: Variables) => unknown {
  let found = compiled.get(source);
  if (!found) {
    found = parse(normalised(source)) as unknown as (variables: Variables) => unknown;
    compiled.set(source, found);
  }
  return found;
}

/** The value, or UNKNOWN when something it needs is missing or of another type. */
export function evaluated(source: string, variables: Variables): unknown {
  try {
    const value = program(source)(variables);
    return typeof value === "bigint" ? Number(value) : value;
  } catch {
    return UNKNOWN; // what cannot be told is not told; the server sees it the same way
  }
}

/** Whether an expression is true; what cannot be told is not. */
export function holds(source: string, variables: Variables): boolean {
  return evaluated(source, variables) === true;
}
