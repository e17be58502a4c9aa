// The shapes of a sheet definition, its answers and its results (docs/sheet-language.md).

export type Text = { zh: string; en: string };
export type Verdict = "pass" | "attention" | "unknown" | "calibrate" | "out_of_control" | "fail";
export type FieldType =
  | "text"
  | "longtext"
  | "number"
  | "date"
  | "time"
  | "datetime"
  | "choice"
  | "choices"
  | "boolean"
  | "photo"
  | "signature"
  | "computed";

export interface Judgement {
  when: string;
  verdict: Verdict;
  message: Text;
  clause?: string;
  follow_up?: string | string[];
}
export interface Choice {
  value: string;
  title: Text;
}
export interface Field {
  key: string;
  title: Text;
  type: FieldType;
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  choices?: Choice[];
  clause?: string;
  required?: boolean | string;
  show?: string;
  prefill?: string;
  compute?: string;
  judge?: Judgement[];
  hint?: Text;
}
export interface Item {
  key: string;
  title: Text;
  interval_days?: number;
  clause?: string;
  hint?: Text;
}
export interface Section {
  key: string;
  title: Text;
  kind: "fields" | "checklist" | "group";
  fields?: Field[];
  items?: Item[];
  min?: number;
  max?: number;
  show?: string;
  hint?: Text;
  calc?: Record<string, string>;
  rows?: string;
  layout?: "columns" | "matrix" | "list";
  row_title?: string;
}
export interface Definition {
  code: string;
  version: number;
  title: Text;
  standard?: string;
  annex?: string;
  sections: Section[];
  limits?: Record<string, Record<string, unknown>>;
}
export type ItemState = "normal" | "abnormal" | "not_applicable";
export interface ItemAnswer {
  state?: ItemState | null;
  note?: string | null;
}
export type Values = Record<string, unknown>;
export type Answers = Record<string, unknown>;
export interface FieldResult {
  value?: unknown;
  verdict?: Verdict;
  message?: string;
  clause?: string;
}
export interface SheetError {
  path: string;
  code: string;
  message: Text;
}
export interface FollowUp {
  kind: string;
  path: string;
  message: string;
  clause: string;
}
export interface SheetResult {
  verdict: Verdict;
  fields: Record<string, FieldResult>;
  errors: SheetError[];
  follow_ups: FollowUp[];
}
