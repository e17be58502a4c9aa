// The engineer's work on this phone: package, drafts, sign-in, submission.
import { reactive, ref } from "vue";
import { v7 } from "uuid";
import { encodeJson, get, JSON_TYPE, Offline, Refused } from "./api";
import * as db from "./db";
import type { OutboxItem } from "./db";
import { readingRefused, readingSent } from "./documents";
import { distance } from "./geo";
import { countUnsynced, flush, isSignedOut, type OutboxListener } from "./outbox";
import type { Photo } from "./photos";
import { session } from "./session";
import { stepRefused, stepSent, isSupervision, supervisionRefused, supervisionSent } from "./supervisions";
import type {
  Acknowledged,
  Draft,
  FieldPackage,
  Position,
  SheetDraft,
  SignIn,
  Submission,
  Task,
  VisitAnswer,
} from "./model";

export const fieldPackage = ref<FieldPackage | null>(null);
export const isStale = ref(false);
export const drafts = reactive(new Map<string, Draft>());

/** Reads what this phone has stored; what is at hand already is newer and stays. */
export async function loadStored(): Promise<void> {
  // the drafts come first: a page makes a new one for a task of the package that has none
  for (const draft of await db.storedDrafts()) if (!drafts.has(draft.task_id)) drafts.set(draft.task_id, draft);
  fieldPackage.value ??= (await db.storedPackage()) ?? null;
  await countUnsynced();
}

/** Fetches the package; without a network the stored one stays. */
export async function refreshPackage(): Promise<void> {
  await loadStored();
  try {
    const fresh = await get<FieldPackage>("field/package");
    await db.savePackage(fresh);
    fieldPackage.value = fresh;
    isStale.value = false;
  } catch (error) {
    if (error instanceof Refused && error.status === 401) isSignedOut.value = true;
    else if (!(error instanceof Offline)) throw error;
    isStale.value = true;
  }
}

export const taskOf = (id: string): Task | undefined => fieldPackage.value?.tasks.find((task) => task.id === id);

export function draftOf(task: Task): Draft {
  let draft = drafts.get(task.id);
  if (!draft) {
    draft = {
      task_id: task.id,
      visit_id: v7(),
      account_id: session.value?.account?.id ?? "",
      signed_in_at: null,
      distance: null,
      sheets: {},
      note: "",
      submitted_at: null,
      answer: null,
      problem: null,
    };
    drafts.set(task.id, draft);
  }
  return drafts.get(task.id) as Draft;
}

export const saveDraft = (draft: Draft): Promise<void> => db.saveDraft(draft);

/** Whether the server already knows a visit of this task from elsewhere (another phone). */
export const isStartedElsewhere = (task: Task): boolean =>
  task.visit !== null && !drafts.get(task.id)?.signed_in_at && task.state !== "done";

export async function signIn(task: Task, position: Position, photo: Photo): Promise<void> {
  const at = new Date().toISOString();
  const body: SignIn = { task_id: task.id, at, position, photo_id: photo.id };
  await enqueueWithDraft(
    task,
    [
      attachment(task, photo, "sign_in"),
      item(task, "sign-in", `visits/${draftOf(task).visit_id}/sign-in`, encodeJson(body), JSON_TYPE),
    ],
    { signed_in_at: at, distance: distance(task.point, position), problem: null },
    ["sign-in", "visit"],
  );
  void synchronise();
}

export async function addPhoto(task: Task, photo: Photo): Promise<void> {
  await db.enqueue([attachment(task, photo, "sheet")], draftOf(task));
  void synchronise();
}

export async function submit(task: Task, sheets: [string, SheetDraft][], position: Position | null): Promise<void> {
  const draft = draftOf(task);
  const at = new Date().toISOString();
  const body: Submission = {
    task_id: task.id,
    signed_out_at: at,
    sign_out_position: position,
    participants: [],
    sheets: sheets.map(([definition, sheet]) => ({
      id: sheet.id,
      definition,
      answers: sheet.answers,
      started_at: sheet.started_at,
      finished_at: sheet.finished_at ?? at,
    })),
    attachment_ids: [],
    note: draft.note,
  };
  const record = item(task, "visit", `visits/${draft.visit_id}`, encodeJson(body), JSON_TYPE);
  await enqueueWithDraft(task, [record], { submitted_at: at, problem: null }, ["visit"]);
  void synchronise();
}

/**
 * Stores items with what they change in the draft; the page says so only when the phone has it. They
 * take the place of what was refused, and of what waits of these kinds.
 */
async function enqueueWithDraft(
  task: Task,
  items: OutboxItem[],
  change: Partial<Draft>,
  replacedKinds: OutboxItem["kind"][],
): Promise<void> {
  const draft = draftOf(task);
  const isReplaced = ({ task_id, problem, kind }: OutboxItem): boolean =>
    task_id === task.id && (problem !== null || replacedKinds.includes(kind));
  await db.enqueue(items, { ...draft, ...change }, isReplaced);
  Object.assign(draft, change);
}

/** Sends what waits; the answers belong to drafts, so these are read first. */
export async function synchronise(): Promise<void> {
  await loadStored();
  await flush(listener);
}

const listener: OutboxListener = {
  async onSent(item, answer) {
    if (item.kind === "supervision") await supervisionSent(item.task_id);
    if (item.kind === "supervision-step") await stepSent(item.task_id);
    if (item.kind === "acknowledgement") await readingSent(item, answer as Acknowledged);
    if (item.kind !== "visit") return;
    const draft = drafts.get(item.task_id);
    if (!draft) return;
    draft.answer = answer as VisitAnswer;
    await db.saveDraft(draft);
    const task = taskOf(item.task_id);
    if (task && fieldPackage.value) {
      task.state = "done";
      task.bucket = "done";
      task.visit = { id: draft.visit_id, state: draft.answer.state };
      await db.savePackage(fieldPackage.value);
    }
  },
  async onRefused(item) {
    if (item.problem) {
      if (await isSupervision(item.task_id)) await supervisionRefused(item.task_id, item.problem);
      await stepRefused(item.task_id, item.problem);
    }
    if (item.kind === "acknowledgement") await readingRefused(item);
    const draft = drafts.get(item.task_id);
    if (!draft || !item.problem) return;
    draft.problem = { message: item.problem.message, errors: item.problem.errors };
    if (item.kind === "sign-in") draft.signed_in_at = null;
    draft.submitted_at = null;
    await db.saveDraft(draft);
  },
};

function attachment(task: Task, photo: Photo, purpose: string): OutboxItem {
  const suffix = photo.type === "image/png" ? "png" : "jpg";
  const path = `attachments/${photo.id}?purpose=${purpose}&filename=${photo.id}.${suffix}`;
  return item(task, "attachment", path, photo.body, photo.type);
}

function item(task: Task, kind: OutboxItem["kind"], path: string, body: ArrayBuffer, contentType: string): OutboxItem {
  return {
    kind,
    path,
    body,
    content_type: contentType,
    task_id: task.id,
    account_id: session.value?.account?.id ?? "",
    attempts: 0,
    problem: null,
  };
}

window.addEventListener("online", () => void synchronise());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void synchronise();
});
