// Checks, computes and judges the answers of a sheet, with the server's semantics.
import { evaluateExpression, isTrue, UNKNOWN, type Variables } from "./expressions";
import { roundHalfEven } from "./rounding";
import type { Answers, Definition, Field, Item, Section, SheetResult, Text, Values, Verdict } from "./types";

export const TEXT_LIMIT = 200;
export const LONGTEXT_LIMIT = 2000;
const PHOTO_LIMIT = 20;
const MAX_NUMBER = 1e12;
export const MAX_ROWS = 100;
const MAX_VALUES = 200;
// doubles from here on have no decimals
const WHOLE_FROM = 2 ** 53;
const STATES = ["normal", "abnormal", "not_applicable"];
const ORDER: Verdict[] = ["pass", "attention", "unknown", "calibrate", "out_of_control", "fail"];
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)?$/;
// what the server takes for white space
// eslint-disable-next-line no-control-regex -- control characters are meant
const BLANK = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

const MESSAGES: Record<string, [string, string]> = {
  unknown_key: ["不认识的内容", "Unknown content"],
  wrong_shape: ["内容格式不正确", "Content of the wrong shape"],
  required: ["请填写此项", "Please fill this in"],
  not_a_number: ["请填写数字", "Please enter a number"],
  below_min: ["不能小于 {limit}", "Must not be below {limit}"],
  above_max: ["不能大于 {limit}", "Must not be above {limit}"],
  not_a_choice: ["请从选项中选择", "Please choose one of the options"],
  not_text: ["请填写文字", "Please enter text"],
  too_long: ["不能超过 {limit} 字", "Must not be longer than {limit}"],
  not_a_date: ["日期格式应为 年-月-日", "A date is written YYYY-MM-DD"],
  not_a_time: ["时间格式应为 时:分", "A time is written HH:MM"],
  not_a_datetime: ["时间格式不正确", "Not a date and time"],
  not_a_boolean: ["请选择是或否", "Please choose yes or no"],
  not_photos: ["照片格式不正确", "Not a list of photos"],
  too_many: ["最多 {limit} 项", "At most {limit}"],
  too_few: ["至少 {limit} 项", "At least {limit}"],
  not_a_state: ["请选择正常、异常或不适用", "Choose normal, abnormal or not applicable"],
  note_required: ["异常时请填写说明", "Please describe what is abnormal"],
};

type Problem = [code: string, limit?: number];

const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === "string" && BLANK.test(value));
const own = (values: Values, key: string): unknown => (Object.hasOwn(values, key) ? values[key] : undefined);
const lengthOf = (text: string): number => (/[\ud800-\udfff]/.test(text) ? [...text].length : text.length);

export function worse(first: Verdict, second: Verdict): Verdict {
  return ORDER.indexOf(first) >= ORDER.indexOf(second) ? first : second;
}

function filled(section: Section, given: unknown): Values {
  const values = isObject(given) ? given : {};
  const keys = (section.fields ?? section.items ?? []).map((part) => part.key);
  return Object.fromEntries(keys.map((key) => [key, bounded(own(values, key) ?? null)]));
}

/** Null for a list or text longer than any answer may be: loops over it must end. */
function bounded(value: unknown): unknown {
  if (typeof value === "string") return lengthOf(value) > LONGTEXT_LIMIT ? null : value;
  if (typeof value !== "object" || value === null) return value;
  return (Array.isArray(value) ? value : Object.keys(value)).length > LONGTEXT_LIMIT ? null : value;
}

const isPlain = (value: unknown): boolean => value === null || ["boolean", "number", "string"].includes(typeof value);

/** A calculated value: a plain one, or a table or short list of plain ones; else null. */
function storableValue(value: unknown): unknown {
  if (value === UNKNOWN || value === undefined) return null;
  if (isPlain(value)) return bounded(value);
  if (Array.isArray(value)) return value.length <= MAX_VALUES && value.every(isPlain) ? value.map(bounded) : null;
  return isObject(value) && Object.values(value).every(isPlain)
    ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, bounded(part)]))
    : null;
}

/** Every field present, null where nothing was typed: what expressions see as `s`. */
export function complete(definition: Definition, answers: Answers): Values {
  return Object.fromEntries(
    definition.sections.map((section) => {
      const given = own(answers, section.key);
      if (section.kind !== "group") return [section.key, filled(section, given)];
      const rows = Array.isArray(given) ? given.slice(0, section.max ?? MAX_ROWS) : [];
      return [section.key, rows.map((row) => filled(section, row))];
    }),
  );
}

export function evaluate(definition: Definition, answers: Answers, context: unknown): SheetResult {
  return examine(definition, answers, context).result;
}

/** Result, and paths (of sections and fields) that are not shown, and of fields that are demanded. */
export interface Examination {
  result: SheetResult;
  hidden: Set<string>;
  required: Set<string>;
}

/** The same, with what a form has to know. */
export function examine(definition: Definition, answers: Answers, context: unknown): Examination {
  const run = new Run(definition, answers, context);
  return { result: run.result(), hidden: run.hidden, required: run.required };
}

class Run {
  private readonly outcome: SheetResult = { verdict: "pass", fields: {}, errors: [], follow_ups: [] };
  private readonly variables: Variables;
  private readonly s: Values;
  readonly hidden = new Set<string>();
  readonly required = new Set<string>();

  constructor(
    private readonly definition: Definition,
    private readonly answers: Answers,
    context: unknown,
  ) {
    this.s = complete(definition, answers);
    this.variables = { s: this.s, ctx: context, row: null, lim: definition.limits ?? {}, calc: {} };
  }

  result(): SheetResult {
    const known = new Set(this.definition.sections.map((section) => section.key));
    for (const key of Object.keys(this.answers)) if (!known.has(key)) this.addError(key, "unknown_key");
    for (const section of this.definition.sections) this.section(section);
    return this.outcome;
  }

  private section(section: Section): void {
    if (section.show && !isTrue(section.show, this.variables)) return void this.hidden.add(section.key);
    const given = own(this.answers, section.key);
    if (section.kind === "group") return this.group(section, given);
    const parts: { key: string }[] = section.items ?? section.fields ?? [];
    if (!this.checkObject(section.key, given, parts)) return;
    const values = (given ?? {}) as Values;
    if (section.kind === "checklist") {
      for (const item of section.items ?? []) this.item(`${section.key}.${item.key}`, item, own(values, item.key));
    } else this.fields(section, section.key, values, this.s[section.key] as Values);
  }

  private checkObject(path: string, given: unknown, parts: { key: string }[]): boolean {
    if (given !== undefined && given !== null && !isObject(given)) {
      this.addError(path, "wrong_shape");
      return false;
    }
    for (const key of Object.keys((given ?? {}) as Values))
      if (!parts.some((part) => part.key === key)) this.addError(`${path}.${key}`, "unknown_key");
    return true;
  }

  private group(section: Section, given: unknown): void {
    if (given !== undefined && given !== null && !Array.isArray(given))
      return this.addError(section.key, "wrong_shape");
    const rows = (given ?? []) as unknown[];
    const [least, most] = [section.min ?? 0, section.max ?? MAX_ROWS];
    if (rows.length > most) return this.addError(section.key, "too_many", most);
    if (rows.length < least) this.addError(section.key, "too_few", least);
    rows.forEach((row, index) => {
      const path = `${section.key}.${index}`;
      if (row === null || row === undefined) this.addError(path, "wrong_shape");
      else if (this.checkObject(path, row, section.fields ?? []))
        this.fields(section, path, row as Values, (this.s[section.key] as Values[])[index] as Values);
    });
  }

  private item(path: string, item: Item, given: unknown): void {
    if (given === undefined || given === null) return this.addError(path, "required");
    if (!isObject(given) || Object.keys(given).some((key) => key !== "state" && key !== "note"))
      return this.addError(path, "wrong_shape");
    const { state, note } = given as { state?: unknown; note?: unknown };
    if (state === undefined || state === null) this.addError(path, "required");
    else if (!STATES.includes(state as string)) this.addError(path, "not_a_state");
    if (note !== undefined && note !== null && typeof note !== "string") this.addError(`${path}.note`, "not_text");
    else if (note && lengthOf(note) > TEXT_LIMIT) this.addError(`${path}.note`, "too_long", TEXT_LIMIT);
    else if (state === "abnormal" && BLANK.test(note ?? "")) this.addError(`${path}.note`, "note_required");
    if (state === "abnormal") this.judge(path, "attention", typeof note === "string" ? note : "", item.clause ?? "");
  }

  private fields(section: Section, path: string, given: Values, values: Values): void {
    this.variables.row = values;
    const calc: Values = {};
    this.variables.calc = calc; // a calculation sees those before it
    for (const [key, source] of Object.entries(section.calc ?? {}))
      calc[key] = storableValue(evaluateExpression(source, this.variables));
    for (const field of section.fields ?? []) this.field(field, `${path}.${field.key}`, given, values);
  }

  private field(field: Field, path: string, given: Values, values: Values): void {
    if (field.show && !isTrue(field.show, this.variables)) {
      values[field.key] = null;
      this.hidden.add(path);
      return;
    }
    if (field.type === "computed") {
      const value = this.computed(field);
      values[field.key] = value;
      this.outcome.fields[path] = { value };
    } else {
      const value = own(given, field.key);
      const isRequired = this.isRequired(field);
      if (isRequired) this.required.add(path);
      if (isEmpty(value)) {
        if (isRequired) this.addError(path, "required");
        return;
      }
      const problem = problemOf(field, value);
      if (problem) return this.addError(path, ...problem);
    }
    for (const rule of field.judge ?? []) {
      if (!isTrue(rule.when, this.variables)) continue;
      this.judge(path, rule.verdict, rule.message.zh, rule.clause ?? "");
      for (const kind of rule.follow_up ? [rule.follow_up].flat() : [])
        this.outcome.follow_ups.push({ kind, path, message: rule.message.zh, clause: rule.clause ?? "" });
      return;
    }
  }

  private computed(field: Field): unknown {
    const value = evaluateExpression(field.compute ?? "", this.variables);
    if (typeof value === "boolean" || typeof value === "string") return bounded(value);
    if (typeof value !== "number" || !Number.isFinite(value)) return null;
    const isWhole = field.decimals === undefined || Math.abs(value) >= WHOLE_FROM;
    return isWhole ? value : roundHalfEven(value, field.decimals ?? 0);
  }

  private isRequired(field: Field): boolean {
    return typeof field.required === "string" ? isTrue(field.required, this.variables) : field.required === true;
  }

  private judge(path: string, verdict: Verdict, message: string, clause: string): void {
    Object.assign((this.outcome.fields[path] ??= {}), { verdict, message, clause });
    this.outcome.verdict = worse(this.outcome.verdict, verdict);
  }

  private addError(path: string, code: string, limit?: number): void {
    const [zh, en] = MESSAGES[code] as [string, string];
    const shown = limit === undefined ? "" : String(limit);
    const message: Text = { zh: zh.replace("{limit}", shown), en: en.replace("{limit}", shown) };
    this.outcome.errors.push({ path, code, message });
  }
}

function problemOf(field: Field, value: unknown): Problem | null {
  const values = (field.choices ?? []).map((choice) => choice.value);
  switch (field.type) {
    case "number":
      if (typeof value !== "number" || !Number.isFinite(value) || Math.abs(value) > MAX_NUMBER) return ["not_a_number"];
      if (field.min !== undefined && value < field.min) return ["below_min", field.min];
      if (field.max !== undefined && value > field.max) return ["above_max", field.max];
      return null;
    case "text":
    case "longtext": {
      const limit = field.type === "text" ? TEXT_LIMIT : LONGTEXT_LIMIT;
      if (typeof value !== "string") return ["not_text"];
      return lengthOf(value) > limit ? ["too_long", limit] : null;
    }
    case "choice":
      return values.includes(value as string) ? null : ["not_a_choice"];
    case "choices":
      return Array.isArray(value) && value.every((item) => values.includes(item as string)) ? null : ["not_a_choice"];
    case "boolean":
      return typeof value === "boolean" ? null : ["not_a_boolean"];
    case "photo":
    case "signature":
      if (!Array.isArray(value) || !value.every((item) => typeof item === "string" && UUID.test(item)))
        return ["not_photos"];
      return value.length > PHOTO_LIMIT ? ["too_many", PHOTO_LIMIT] : null;
    case "date":
      return isDate(value) ? null : ["not_a_date"];
    case "time":
      return typeof value === "string" && TIME.test(value) ? null : ["not_a_time"];
    default:
      return typeof value === "string" && MOMENT.test(value) && isDate(value.slice(0, 10)) ? null : ["not_a_datetime"];
  }
}

function isDate(value: unknown): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value) || value < "0001") return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === value;
}
