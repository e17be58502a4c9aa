// The engineer's work on this phone: package, drafts, sign-in, submission.
import { reactive, ref } from "vue";
import { v7 } from "uuid";
import { get, Offline, Refused } from "./api";
import * as db from "./db";
import type { OutboxItem } from "./db";
import { distanceTo } from "./geo";
import { countUnsynced, dropStopped, flush, isSignedOut, type Listener } from "./outbox";
import { session } from "./session";
import type { Draft, FieldPackage, Position, SheetDraft, SignIn, Submission, Task, VisitAnswer } from "./model";

export const field = ref<FieldPackage | null>(null);
export const isStale = ref(false);
export const drafts = reactive(new Map<string, Draft>());

export async function loadKept(): Promise<void> {
  field.value ??= (await db.keptPackage()) ?? null;
  for (const draft of await db.drafts()) drafts.set(draft.task_id, draft);
  await countUnsynced();
}

/** Fetches the package; without a network the kept one stays. */
export async function refresh(): Promise<void> {
  await loadKept();
  try {
    const fresh = await get<FieldPackage>("field/package");
    await db.keepPackage(fresh);
    field.value = fresh;
    isStale.value = false;
  } catch (error) {
    if (error instanceof Refused && error.status === 401) isSignedOut.value = true;
    else if (!(error instanceof Offline)) throw error;
    isStale.value = true;
  }
}

export const taskOf = (id: string): Task | undefined => field.value?.tasks.find((task) => task.id === id);

export function draftOf(task: Task): Draft {
  let draft = drafts.get(task.id);
  if (!draft) {
    draft = {
      task_id: task.id, visit_id: v7(), account_id: session.value?.account?.id ?? "", signed_in_at: null, distance: null,
      sheets: {}, note: "", submitted_at: null, answer: null, problem: null,
    };
    drafts.set(task.id, draft);
  }
  return drafts.get(task.id) as Draft;
}

export const saveDraft = (draft: Draft): Promise<void> => db.saveDraft(draft);

/** Whether the server already knows a visit of this task from elsewhere (another phone). */
export const isElsewhere = (task: Task): boolean =>
  task.visit !== null && !drafts.get(task.id)?.signed_in_at && task.state !== "done";

export async function signIn(task: Task, position: Position, photo: { id: string; body: ArrayBuffer; type: string }): Promise<void> {
  const at = new Date().toISOString();
  const body: SignIn = { task_id: task.id, at, position, photo_id: photo.id };
  await keep(
    task,
    [
      attachment(task, photo, "sign_in"),
      item(task, "sign-in", `visits/${draftOf(task).visit_id}/sign-in`, json(body), "application/json", "到场签到"),
    ],
    { signed_in_at: at, distance: distanceTo(task.point, position) },
  );
  void synchronise();
}

export async function addPhoto(task: Task, photo: { id: string; body: ArrayBuffer; type: string }): Promise<void> {
  await db.enqueue([attachment(task, photo, "sheet")], draftOf(task));
  void synchronise();
}

export async function submit(task: Task, sheets: [string, SheetDraft][], position: Position | null): Promise<void> {
  const draft = draftOf(task);
  await dropStopped(task.id);
  const at = new Date().toISOString();
  const body: Submission = {
    task_id: task.id,
    signed_out_at: at,
    sign_out_position: position,
    participants: [],
    sheets: sheets.map(([definition, sheet]) => ({
      id: sheet.id, definition, answers: sheet.answers, started_at: sheet.started_at, finished_at: sheet.finished_at ?? at,
    })),
    attachment_ids: [],
    note: draft.note,
  };
  const record = item(task, "visit", `visits/${draft.visit_id}`, json(body), "application/json", "运维记录");
  await keep(task, [record], { submitted_at: at, problem: null });
  void synchronise();
}

/** Keeps items with what they change in the draft; the page says so only when the phone has it. */
async function keep(task: Task, items: OutboxItem[], change: Partial<Draft>): Promise<void> {
  const draft = draftOf(task);
  await db.enqueue(items, { ...draft, ...change });
  Object.assign(draft, change);
}

export function synchronise(): Promise<void> {
  return flush(listener);
}

const listener: Listener = {
  async sent(sentItem, answer) {
    if (sentItem.kind !== "visit") return;
    const draft = drafts.get(sentItem.task_id);
    if (!draft) return;
    draft.answer = answer as VisitAnswer;
    await db.saveDraft(draft);
    const task = taskOf(sentItem.task_id);
    if (task && field.value) {
      task.state = "done";
      task.bucket = "done";
      task.visit = { id: draft.visit_id, state: draft.answer.state };
      await db.keepPackage(field.value);
    }
  },
  async stopped(stoppedItem) {
    const draft = drafts.get(stoppedItem.task_id);
    if (!draft || !stoppedItem.problem) return;
    draft.problem = { message: stoppedItem.problem.message, errors: stoppedItem.problem.errors };
    if (stoppedItem.kind === "sign-in") draft.signed_in_at = null;
    draft.submitted_at = null;
    await db.saveDraft(draft);
  },
};

const json = (value: unknown): ArrayBuffer => new TextEncoder().encode(JSON.stringify(value)).buffer as ArrayBuffer;

function attachment(task: Task, photo: { id: string; body: ArrayBuffer; type: string }, purpose: string): OutboxItem {
  const suffix = photo.type === "image/png" ? "png" : "jpg";
  const path = `attachments/${photo.id}?purpose=${purpose}&filename=${photo.id}.${suffix}`;
  return item(task, "attachment", path, photo.body, photo.type, "照片");
}

function item(task: Task, kind: OutboxItem["kind"], path: string, body: ArrayBuffer, contentType: string, label: string): OutboxItem {
  return { kind, path, body, content_type: contentType, task_id: task.id, account_id: session.value?.account?.id ?? "", label, attempts: 0, problem: null };
}

window.addEventListener("online", () => void synchronise());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void synchronise();
});
