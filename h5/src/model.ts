// What the server sends, by short names, and what the phone keeps of its own.
import type { components } from "./generated/openapi";

type Schemas = components["schemas"];

export type Account = Schemas["AccountOut"];
export type Binding = Schemas["BindingOut"];
export type Identity = Schemas["IdentityOut"];
export type Session = Schemas["SessionOut"];

export type FieldError = Schemas["ProblemField"];
export type Problem = Schemas["Problem"];

export type Instrument = Schemas["TaskInstrumentOut"];
/** What a label leads to, as far as the phone knows it without a network, too. */
export type LabelledInstrument = Omit<Schemas["InstrumentOut"], "kind" | "settings" | "slot">;
export type Point = Schemas["TaskPointOut"];
export type Task = Schemas["TaskOut"];
export type Bucket = Task["bucket"];
export type FieldPackage = Schemas["FieldPackageOut"];

export type Position = Schemas["Position"];
export type SignIn = Schemas["SignIn"];
export type Submission = Schemas["Submission"];
export type Decision = Schemas["Decision"];
export type VisitAnswer = Schemas["SubmittedOut"];
export type VisitRow = Schemas["VisitRowOut"];
export type Visit = Schemas["VisitOut"];
export type VisitPage = Schemas["VisitPage"];
export type Notice = Schemas["NotificationOut"];
export type NoticePage = Schemas["NotificationPage"];

export type SupervisionPackage = Schemas["SupervisionPackageOut"];
export type SupervisionRow = Schemas["SupervisionRowOut"];
export type Supervision = Schemas["SupervisionOut"];
export type SupervisionHandIn = Schemas["SupervisionHandIn"];
/** A supervision as it is filled in on this phone, until the server has it. */
export interface SupervisionDraft {
  id: string;
  account_id: string;
  said: Omit<SupervisionHandIn, "signature_id">;
  handed_in_at: string | null;
  problem: Pick<Problem, "message" | "errors"> | null;
}
/** What the supervised person says, from the first word typed until the server has it. */
export interface SupervisionStep {
  supervision_id: string;
  step_id: string;
  account_id: string;
  act: "confirm" | "appeal" | "report";
  text: string;
  attachment_ids: string[];
  handed_in_at: string | null;
  problem: Pick<Problem, "message" | "errors"> | null;
}
/** The supervisions of an account as they were last seen; whole are those that wait for it. */
export interface SupervisionsSeen {
  account_id: string;
  mine: SupervisionRow[];
  made: SupervisionRow[];
  whole: Supervision[];
}

export type Reading = Schemas["ReadingOut"];
export type DocumentText = Schemas["VersionOut"];
export type Acknowledged = Schemas["AcknowledgedOut"];
/** What an account is to read, as this phone has it: texts and confirmations by the version's id. */
export interface ReadingStore {
  account_id: string;
  items: Reading[];
  texts: Record<string, DocumentText>;
  confirmed: Record<string, { at: string; problem: string | null }>;
}

export interface SheetDraft {
  id: string;
  answers: Submission["sheets"][number]["answers"];
  started_at: string;
  finished_at: string | null;
}
export interface Draft {
  task_id: string;
  visit_id: string;
  account_id: string;
  signed_in_at: string | null;
  distance: number | null;
  sheets: Record<string, SheetDraft>;
  extra?: string[];
  note: string;
  submitted_at: string | null;
  answer: VisitAnswer | null;
  problem: Pick<Problem, "message" | "errors"> | null;
}
