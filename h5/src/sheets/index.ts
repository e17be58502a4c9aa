// Record sheets on the phone: the same definitions and the same results as on the server.
import { complete, evaluate } from "./evaluate";
import { evaluated, holds, UNKNOWN } from "./expressions";
import type { Answers, Definition, Field, Item, ItemAnswer, Section, Values } from "./types";

export * from "./types";
export { evaluate };

/** What a new sheet starts with: prefilled fields, one row in groups that need one. */
export function initialAnswers(definition: Definition, context: unknown): Answers {
  const answers: Answers = {};
  for (const section of definition.sections) {
    if (section.kind === "checklist") answers[section.key] = {};
    else if (section.kind === "group")
      answers[section.key] = Array.from({ length: section.min ?? 0 }, () => emptyRow(section, context));
    else answers[section.key] = emptyRow(section, context);
  }
  return answers;
}

/** A new row of a group (or the fields of a section), prefilled. */
export function emptyRow(section: Section, context: unknown): Values {
  const values: Values = {};
  for (const field of section.fields ?? []) {
    if (!field.prefill) continue;
    const value = evaluated(field.prefill, { s: {}, row: {}, ctx: context });
    if (value !== UNKNOWN && value !== null && value !== "") values[field.key] = value;
  }
  return values;
}

export function isSectionVisible(definition: Definition, section: Section, answers: Answers, context: unknown): boolean {
  return !section.show || holds(section.show, { s: complete(definition, answers), row: null, ctx: context });
}

export function isVisible(definition: Definition, field: Field, row: Values, answers: Answers, context: unknown): boolean {
  return !field.show || holds(field.show, { s: complete(definition, answers), row, ctx: context });
}

export function isRequired(definition: Definition, field: Field, row: Values, answers: Answers, context: unknown): boolean {
  if (typeof field.required !== "string") return field.required === true;
  return holds(field.required, { s: complete(definition, answers), row, ctx: context });
}

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
  const isFilled = (row: Values, field: Field) => row[field.key] !== undefined && row[field.key] !== null && row[field.key] !== "";
  const done = rows.flatMap((row) => needed.filter((field) => isFilled(row, field))).length;
  return { done, total: needed.length * rows.length };
}
