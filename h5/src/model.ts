// What the server sends and what the phone keeps.
import type { Answers, Definition, FollowUp, SheetResult, Verdict } from "./sheets/types";
import type { FieldError } from "./api";

export interface Account {
  id: string; name: string; phone_masked: string; roles: string[];
  organization: { id: string; name: string; kind: "discharger" | "agency" | "authority" | "operator" };
}
export interface Binding { id: string; account_id: string; system: "source" | "supervision"; username: string; organization_name: string; is_current: boolean }
/** A WeChat identity that speaks for the account of the session. */
export interface Identity { id: string; tail: string; bound_at: string; own: boolean }
export interface Session { account: Account | null; openid_known: boolean; bindings: Binding[]; identities: Identity[]; js_sdk: string | null; server_time: string; authorize_url: string }

export interface Instrument { id: string; name: string; maker: string; model: string; serial: string; parameter: string; range_lower: number | null; range_upper: number | null; unit: string }
export interface Point {
  id: string; name: string; kind: "wastewater" | "flue_gas"; mn_code: string; outlet_code: string; outlet_name: string;
  source_name: string; address: string; longitude: number; latitude: number; datum: string;
}
export interface LabelledInstrument extends Instrument {
  point: Pick<Point, "id" | "name" | "mn_code" | "outlet_code" | "outlet_name" | "source_name">;
  in_use_from: string | null; in_use_until: string | null; certificate_valid_until: string | null;
}
export type Bucket = "today" | "overdue" | "upcoming" | "done";
export interface Task {
  id: string; due_on: string; state: string; bucket: Bucket; plan_name: string; contents: string[]; point: Point;
  discharger_name: string; instruments: Instrument[]; sheets: { definition: string; required: boolean }[];
  prefill: Record<string, unknown> & { last?: Record<string, Answers> }; visit: { id: string; state: string } | null;
}
export interface FieldPackage { server_time: string; tasks: Task[]; definitions: Record<string, Definition> }

export interface Position { longitude: number; latitude: number; accuracy: number; datum: "WGS84" }
export interface SheetDraft { id: string; answers: Answers; started_at: string; finished_at: string | null }
export interface Draft {
  task_id: string; visit_id: string; account_id: string; signed_in_at: string | null; distance: number | null;
  sheets: Record<string, SheetDraft>; extra?: string[]; note: string; submitted_at: string | null; answer: VisitAnswer | null;
  problem: { message: string; errors: FieldError[] } | null;
}
export interface VisitAnswer { id: string; state: string; verdict: Verdict; content_digest: string; submitted_at: string; follow_ups: FollowUp[] }

export interface VisitRow {
  id: string; point_name: string; outlet_code: string; source_name: string; agency_name: string; engineer_name: string;
  signed_in_at: string; signed_out_at: string | null; verdict: Verdict | ""; state: string; deadline: string | null;
}
export interface Visit extends VisitRow {
  point_kind: string; mn_code: string; task: { id: string; due_on: string }; submitted_at: string | null; participants: string[];
  note: string; warnings: string[];
  sign_in: { at: string; longitude: number; latitude: number; accuracy: number; datum: string; distance_m: number; photo_id: string | null };
  sheets: { id: string; definition: Definition; answers: Answers; results: SheetResult; verdict: Verdict }[];
  attachments: { id: string; purpose: string; url: string; taken_at: string }[];
  shown_digest: string;
  confirmation: { id: string; decision: "confirm" | "object"; reason: string; signer_name: string; signature_url: string; decided_at: string; late: boolean } | null;
}
export interface Notice { id: string; title: string; body: string; link: string; created_at: string; read: boolean }
