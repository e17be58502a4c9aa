// The shapes of a sheet definition, its answers and its results (docs/sheet-language.md), by short names.
import type { components } from "../generated/openapi";

type Schemas = components["schemas"];

export type Text = Schemas["Text"];
export type Verdict = Schemas["Verdict"];
export type Judgement = Schemas["Judgement"];
export type Choice = Schemas["Choice"];
export type Field = Schemas["SheetField"];
export type FieldType = Field["type"];
export type Item = Schemas["SheetItem"];
export type Section = Schemas["SheetSection"];
export type Definition = Schemas["SheetDefinition"];
export type FieldResult = Schemas["FieldResult"];
export type SheetError = Schemas["SheetError"];
export type FollowUp = Schemas["SheetFollowUp"];
export type SheetResult = Schemas["SheetResult"];

export type ItemState = "normal" | "abnormal" | "not_applicable";
export interface ItemAnswer {
  state?: ItemState | null;
  note?: string | null;
}
export type Values = Record<string, unknown>;
export type Answers = Record<string, unknown>;
