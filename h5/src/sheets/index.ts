// Record sheets on the phone: the same definitions and the same results as on the server.
import { evaluate, examine, LONGTEXT_LIMIT, MAX_ROWS, TEXT_LIMIT } from "./evaluate";
import { evaluateExpression, UNKNOWN } from "./expressions";
import type { Answers, Definition, Field, Item, ItemAnswer, Section, Values } from "./types";

export * from "./types";
export { evaluate, examine, LONGTEXT_LIMIT, MAX_ROWS, TEXT_LIMIT };
export type { Examination } from "./evaluate";

/**
 * What a sheet starts with: prefilled fields; a group with `rows` has a row for each element, which
 * prefill expressions see as `item`, and never fewer than `min`.
 */
export function initialAnswers(definition: Definition, context: unknown): Answers {
  const answers: Answers = {};
  for (const section of definition.sections) {
    if (section.kind === "checklist") answers[section.key] = {};
    else if (section.kind === "group")
      answers[section.key] = rowItems(definition, section, context).map((item) =>
        emptyRow(definition, section, context, item),
      );
    else answers[section.key] = emptyRow(definition, section, context);
  }
  return answers;
}

function rowItems(definition: Definition, section: Section, context: unknown): unknown[] {
  const rows = section.rows
    ? evaluateExpression(section.rows, { s: {}, row: {}, ctx: context, lim: definition.limits ?? {} })
    : null;
  const items = Array.isArray(rows) ? rows.slice(0, section.max ?? MAX_ROWS) : [];
  while (items.length < (section.min ?? 0)) items.push(null);
  return items;
}

/** A new row of a group (or the fields of a section), prefilled. */
export function emptyRow(definition: Definition, section: Section, context: unknown, item: unknown = null): Values {
  const values: Values = {};
  for (const field of section.fields ?? []) {
    if (!field.prefill) continue;
    const value = evaluateExpression(field.prefill, {
      s: {},
      row: {},
      ctx: context,
      lim: definition.limits ?? {},
      item,
    });
    if (value === UNKNOWN || value === null || value === undefined || value === "") continue;
    // a list of the context must not become part of the answers
    if (!Array.isArray(value)) values[field.key] = value;
    else if (value.length) values[field.key] = [...value];
  }
  return values;
}

/** Where a field is in results and errors; the rows of a group are numbered. */
export const fieldPath = (section: Section, index: number, key: string): string =>
  section.kind === "group" ? `${section.key}.${index}.${key}` : `${section.key}.${key}`;

/** How many things of a section are filled in, of how many that ought to be. */
export function progress(section: Section, answers: Answers): { done: number; total: number } {
  const given = answers[section.key];
  if (section.kind === "checklist") {
    const values = (given ?? {}) as Record<string, ItemAnswer | undefined>;
    const items: Item[] = section.items ?? [];
    return { done: items.filter((item) => values[item.key]?.state).length, total: items.length };
  }
  const rows = section.kind === "group" ? ((given ?? []) as Values[]) : [(given ?? {}) as Values];
  const needed = (section.fields ?? []).filter((field) => field.required === true);
  const isFilled = (row: Values, field: Field) =>
    row[field.key] !== undefined && row[field.key] !== null && row[field.key] !== "";
  const done = rows.flatMap((row) => needed.filter((field) => isFilled(row, field))).length;
  return { done, total: needed.length * rows.length };
}
