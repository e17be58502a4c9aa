// Supervisions on this phone: filled in without a network, signed, and sent exactly once.
import { ref } from "vue";
import { v7 } from "uuid";
import { encodeJson, get, JSON_TYPE, Offline, Refused } from "./api";
import * as db from "./db";
import type { OutboxItem } from "./db";
import { todayInShanghai } from "./format";
import type { Photo } from "./photos";
import { session } from "./session";
import type { Problem, SupervisionDraft, SupervisionPackage } from "./model";

export const supervisionPackage = ref<SupervisionPackage | null>(null);
export const supervisionDrafts = ref<SupervisionDraft[]>([]);

export const SUPERVISING_ROLES = ["owner", "manager", "quality_supervisor"];
export const maySupervise = (): boolean =>
  session.value?.account?.roles.some((role) => SUPERVISING_ROLES.includes(role)) ?? false;

export async function loadSupervisions(): Promise<void> {
  supervisionDrafts.value = await db.storedSupervisions();
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
    account_id: session.value?.account?.id ?? "",
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
  await db.enqueueSupervision(id, [], supervisionDrafts.value);
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
  await db.enqueueSupervision(draft.id, items, after);
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

function attachment(draft: SupervisionDraft, photo: Photo, purpose: string): OutboxItem {
  const suffix = photo.type === "image/png" ? "png" : "jpg";
  const path = `attachments/${photo.id}?purpose=${purpose}&filename=${photo.id}.${suffix}`;
  return item(draft, "attachment", path, photo.body, photo.type);
}

function item(
  draft: SupervisionDraft,
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
