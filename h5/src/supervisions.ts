// Supervisions on this phone: filled in, confirmed, appealed against and put right without a network,
// signed, and sent exactly once.
import { ref } from "vue";
import { v7 } from "uuid";
import { encodeJson, get, JSON_TYPE, Offline, Refused } from "./api";
import * as db from "./db";
import type { OutboxItem } from "./db";
import { todayInShanghai } from "./format";
import { t } from "./i18n";
import type { Photo } from "./photos";
import { session } from "./session";
import type {
  Problem,
  Supervision,
  SupervisionDraft,
  SupervisionPackage,
  SupervisionRow,
  SupervisionsSeen,
  SupervisionStep,
} from "./model";

export const supervisionPackage = ref<SupervisionPackage | null>(null);
export const supervisionDrafts = ref<SupervisionDraft[]>([]);
export const supervisionSteps = ref<SupervisionStep[]>([]);
export const supervisionsSeen = ref<SupervisionsSeen | null>(null);

export const SUPERVISING_ROLES = ["owner", "manager", "quality_supervisor"];
export const maySupervise = (): boolean =>
  session.value?.account?.roles.some((role) => SUPERVISING_ROLES.includes(role)) ?? false;

const accountId = (): string => session.value?.account?.id ?? "";

export async function loadSupervisions(): Promise<void> {
  supervisionDrafts.value = await db.storedSupervisions();
  supervisionSteps.value = await db.storedSupervisionSteps();
  const seen = await db.storedSupervisionsSeen();
  supervisionsSeen.value = seen?.account_id === accountId() ? seen : null;
  supervisionPackage.value ??= (await db.storedSupervisionPackage()) ?? null;
}

/** Fetches what a supervision is filled in with; without a network the stored one stays. */
export async function refreshSupervisionPackage(): Promise<void> {
  await loadSupervisions();
  try {
    const fresh = await get<SupervisionPackage>("supervision-package");
    await db.saveSupervisionPackage(fresh);
    supervisionPackage.value = fresh;
  } catch (error) {
    if (!(error instanceof Offline || error instanceof Refused)) throw error;
  }
}

export async function beginSupervision(): Promise<SupervisionDraft> {
  await loadSupervisions();
  const draft: SupervisionDraft = {
    id: v7(),
    account_id: accountId(),
    said: {
      supervised_on: todayInShanghai(),
      purpose: "",
      person_id: "",
      head_id: null,
      point_id: null,
      place: "",
      facts: "",
      opinion: "",
      severity: "",
      findings: [],
      remote_checks: [],
      attachment_ids: [],
    },
    handed_in_at: null,
    problem: null,
  };
  supervisionDrafts.value.push(draft);
  await db.saveSupervisions(supervisionDrafts.value);
  return draft;
}

export const supervisionDraft = (id: string): SupervisionDraft | undefined =>
  supervisionDrafts.value.find((draft) => draft.id === id);

export const saveSupervisionDrafts = (): Promise<void> => db.saveSupervisions(supervisionDrafts.value);

export async function dropSupervision(id: string): Promise<void> {
  supervisionDrafts.value = supervisionDrafts.value.filter((draft) => draft.id !== id);
  await db.enqueueSupervision(id, [], "supervisions", supervisionDrafts.value);
}

/** Puts a signed supervision with its pictures into the outbox; the bytes never change again. */
export async function handInSupervision(draft: SupervisionDraft, signature: Photo): Promise<void> {
  const items: OutboxItem[] = [];
  for (const id of draft.said.attachment_ids ?? []) {
    const picture = await db.storedPicture(id);
    if (picture) items.push(attachment(draft, { id, ...picture }, "sheet"));
  }
  items.push(attachment(draft, signature, "signature"));
  const body = encodeJson({ ...draft.said, signature_id: signature.id });
  items.push(item(draft, "supervision", `supervisions/${draft.id}`, body, JSON_TYPE));
  const change = { handed_in_at: new Date().toISOString(), problem: null };
  const after = supervisionDrafts.value.map((each) => (each.id === draft.id ? { ...each, ...change } : each));
  await db.enqueueSupervision(draft.id, items, "supervisions", after);
  supervisionDrafts.value = after;
}

export async function isSupervision(id: string): Promise<boolean> {
  return (await db.storedSupervisions()).some((draft) => draft.id === id);
}

export async function supervisionSent(id: string): Promise<void> {
  const rest = (await db.storedSupervisions()).filter((draft) => draft.id !== id);
  await db.saveSupervisions(rest);
  supervisionDrafts.value = rest;
}

/** What was refused can be put right: the draft is open again, with what the server said. */
export async function supervisionRefused(id: string, problem: Pick<Problem, "message" | "errors">): Promise<void> {
  const said = { message: problem.message, errors: problem.errors };
  const drafts = (await db.storedSupervisions()).map((draft) =>
    draft.id === id ? { ...draft, handed_in_at: null, problem: said } : draft,
  );
  await db.saveSupervisions(drafts);
  supervisionDrafts.value = drafts;
}

// --- reading

// what may still be answered is kept whole, so that it can be read and signed without a network
const WAITING_STATES = new Set(["issued", "rectifying"]);

/** Fetches the lists, and whole what waits for this account. */
export async function refreshSupervisions(): Promise<void> {
  const list = async (bucket: string): Promise<SupervisionRow[]> =>
    (await get<{ items: SupervisionRow[] }>(`supervisions?bucket=${bucket}`)).items;
  const mine = await list("mine");
  const made = maySupervise() ? await list("made") : [];
  const whole: Supervision[] = [];
  for (const row of mine)
    if (WAITING_STATES.has(row.state)) whole.push(await get<Supervision>(`supervisions/${row.id}`));
  await keepSeen({ account_id: accountId(), mine, made, whole });
}

/** Fetches a supervision; without a network the one that was kept. */
export async function fetchSupervision(id: string): Promise<Supervision> {
  try {
    const row = await get<Supervision>(`supervisions/${id}`);
    const seen = supervisionsSeen.value ?? { account_id: accountId(), mine: [], made: [], whole: [] };
    const others = seen.whole.filter((each) => each.id !== id);
    const isWaiting = row.is_mine && WAITING_STATES.has(row.state);
    await keepSeen({ ...seen, whole: isWaiting ? [...others, row] : others });
    return row;
  } catch (error) {
    const kept = supervisionsSeen.value?.whole.find((each) => each.id === id);
    if (error instanceof Offline && kept) return kept;
    throw error;
  }
}

async function keepSeen(seen: SupervisionsSeen): Promise<void> {
  await db.saveSupervisionsSeen(seen);
  supervisionsSeen.value = seen;
}

// --- answering

export const supervisionStep = (id: string): SupervisionStep | undefined =>
  supervisionSteps.value.find((each) => each.supervision_id === id && each.account_id === accountId());

/** What this account says about a supervision, as far as it was typed; begun when there is none. */
export function stepOn(row: Supervision): SupervisionStep {
  const known = supervisionStep(row.id);
  if (known) return known;
  supervisionSteps.value.push({
    supervision_id: row.id,
    step_id: v7(),
    account_id: accountId(),
    act: row.state === "rectifying" ? "report" : "confirm",
    text: "",
    attachment_ids: [],
    handed_in_at: null,
    problem: null,
  });
  return supervisionStep(row.id) as SupervisionStep;
}

export const saveSupervisionSteps = (): Promise<void> => db.saveSupervisionSteps(supervisionSteps.value);

export const dropStep = (id: string): Promise<void> => putSteps(id, [], without(supervisionSteps.value, id));

/** Puts a confirmation or an appeal with its signature into the outbox. */
export async function handInAnswer(step: SupervisionStep, row: Supervision, signature: Photo): Promise<void> {
  const { act: decision, text } = step;
  const body = { decision, text, signature_id: signature.id, shown_digest: row.shown_digest };
  await handInStep(step, "answer", body, [attachment(owner(step), signature, "signature")]);
}

/** Puts the report of a rectification with its pictures into the outbox. */
export async function handInReport(step: SupervisionStep): Promise<void> {
  const items: OutboxItem[] = [];
  for (const id of step.attachment_ids) {
    const picture = await db.storedPicture(id);
    if (picture) items.push(attachment(owner(step), { id, ...picture }, "sheet"));
  }
  await handInStep(step, "report", { text: step.text, attachment_ids: step.attachment_ids }, items);
}

async function handInStep(step: SupervisionStep, what: string, body: unknown, before: OutboxItem[]): Promise<void> {
  const path = `supervisions/${step.supervision_id}/${what}/${step.step_id}`;
  const record = item(owner(step), "supervision-step", path, encodeJson(body), JSON_TYPE);
  const change = { handed_in_at: new Date().toISOString(), problem: null };
  const after = supervisionSteps.value.map((each) => (each.step_id === step.step_id ? { ...each, ...change } : each));
  await putSteps(step.supervision_id, [...before, record], after);
}

export async function stepSent(id: string): Promise<void> {
  const rest = without(await db.storedSupervisionSteps(), id);
  await db.saveSupervisionSteps(rest);
  supervisionSteps.value = rest;
}

/** What was refused can be said again, as a step of its own: nothing that was typed is lost. */
export async function stepRefused(id: string, problem: Pick<Problem, "message" | "errors">): Promise<void> {
  const said = { message: problem.message, errors: problem.errors };
  const stored = await db.storedSupervisionSteps();
  if (!stored.some((step) => step.supervision_id === id)) return;
  const steps = stored.map((step) =>
    step.supervision_id === id ? { ...step, step_id: v7(), handed_in_at: null, problem: said } : step,
  );
  await db.saveSupervisionSteps(steps);
  supervisionSteps.value = steps;
}

const without = (steps: SupervisionStep[], id: string): SupervisionStep[] =>
  steps.filter((step) => step.supervision_id !== id);
const owner = (step: SupervisionStep): Owner => ({ id: step.supervision_id, account_id: step.account_id });

async function putSteps(id: string, items: OutboxItem[], steps: SupervisionStep[]): Promise<void> {
  await db.enqueueSupervision(id, items, "supervision-steps", steps);
  supervisionSteps.value = steps;
}

// --- items of the outbox

interface Owner {
  id: string;
  account_id: string;
}

function attachment(draft: Owner, photo: Photo, purpose: string): OutboxItem {
  const suffix = photo.type === "image/png" ? "png" : "jpg";
  const path = `attachments/${photo.id}?purpose=${purpose}&filename=${photo.id}.${suffix}`;
  return item(draft, "attachment", path, photo.body, photo.type);
}

function item(
  draft: Owner,
  kind: OutboxItem["kind"],
  path: string,
  body: ArrayBuffer,
  contentType: string,
): OutboxItem {
  return {
    kind,
    path,
    body,
    content_type: contentType,
    task_id: draft.id,
    account_id: draft.account_id,
    attempts: 0,
    problem: null,
  };
}

// points are no law, and a clause may not be compared with the print yet: said wherever they are shown
export const TEMPLATE_NOTE = "严重程度和扣分来自行业实践，不是标准的规定。“回忆待核”的条款尚未与标准原文核对。";
const PROVENANCE: Record<string, string> = { text: "原文", practice: "行业实践", recalled: "回忆待核" };
/** A clause with how it is known. */
export const sourceOf = ({ clause, provenance = "practice" }: { clause: string; provenance?: string }): string =>
  `${clause || t("条款未确认")}（${t(PROVENANCE[provenance] ?? provenance)}）`;

/** A remote check as it is kept: as typed, with its judgement. */
export interface RemoteCheckShown {
  parameter: string;
  outcome: "pass" | "fail" | "not_applicable";
  not_applicable?: string;
  unit: string;
  analyser: string;
  logger: string;
  analyser_range: string;
  acquisition_range: string;
  logger_range: string;
  judgements: {
    rule: string;
    title: { zh: string; en: string };
    clause: string;
    provenance?: string;
    outcome: string;
  }[];
}

const STATE_TYPES: Record<string, "primary" | "success" | "warning" | "danger"> = {
  issued: "primary",
  appealed: "warning",
  rectifying: "danger",
  rectified: "warning",
  closed: "success",
  confirmed: "success",
};
export const stateType = (state: string): "primary" | "success" | "warning" | "danger" | "default" =>
  STATE_TYPES[state] ?? "default";
export const SUPERVISION_STATES: Record<string, string> = {
  draft: "草稿",
  issued: "待确认",
  confirmed: "已确认",
  appealed: "申诉中",
  rectifying: "整改中",
  rectified: "待复核",
  closed: "已关闭",
};
export const SEVERITIES: Record<string, string> = { principle: "原则", major: "重点", general: "一般" };
export const ACTS: Record<string, string> = {
  issue: "下发",
  confirm: "确认",
  appeal: "申诉",
  withdraw: "撤回申诉",
  answer: "申诉答复",
  ask: "要求整改",
  report: "整改报告",
  close: "关闭",
};
