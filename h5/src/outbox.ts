// The outbox: what was done in the field goes to the server in order, as soon as there is a network.
// Each item's bytes are stored once, so a retry repeats them exactly and the server can tell.
import { ref } from "vue";
import { Offline, putBytes, Refused } from "./api";
import { deleteOutboxItem, outboxItems, updateOutboxItem, type OutboxItem } from "./db";
import { session } from "./session";

export type Send = (path: string, body: ArrayBuffer, contentType: string) => Promise<unknown>;
export interface OutboxListener {
  onSent(item: OutboxItem, answer: unknown): Promise<void>;
  onRefused(item: OutboxItem): Promise<void>;
}

export const unsynced = ref(0);
export const isSending = ref(false);
export const isSignedOut = ref(false);

// too slow, too early, too often: not about what was sent
const PASSING_REFUSALS = new Set([408, 425, 429]);
const INITIAL_RETRY_DELAY_MS = 2_000;
const MAX_RETRY_DELAY_MS = 120_000;
let retryDelay = INITIAL_RETRY_DELAY_MS;
let timer: ReturnType<typeof setTimeout> | undefined;
let running: Promise<void> | null = null;
let isAskedAgain = false;

export async function countUnsynced(): Promise<void> {
  unsynced.value = (await outboxItems()).length;
}

/** Sends what waits, in order; items behind one that was refused wait if they are of the same task. */
export function flush(listener: OutboxListener, send: Send = putBytes): Promise<void> {
  isAskedAgain = true;
  running ??= runWhileAsked(listener, send);
  return running;
}

/** Who asks while a run comes to its end may have put something in that it did not see any more. */
async function runWhileAsked(listener: OutboxListener, send: Send): Promise<void> {
  try {
    while (isAskedAgain) {
      isAskedAgain = false;
      await run(listener, send);
    }
  } finally {
    running = null;
  }
}

async function run(listener: OutboxListener, send: Send): Promise<void> {
  clearTimeout(timer);
  isSending.value = true;
  try {
    await countUnsynced();
    // looked up anew each time: what is put in meanwhile goes along
    for (let item = await nextItem(); item; item = await nextItem()) {
      if (!(await sendOne(item, listener, send))) break;
      await countUnsynced();
    }
  } finally {
    isSending.value = false;
    await countUnsynced();
  }
}

/** The first item that may be sent: of this account, and behind none of its task that was refused. */
async function nextItem(): Promise<OutboxItem | undefined> {
  const accountId = session.value?.account?.id;
  const blocked = new Set<string>();
  for (const item of await outboxItems()) {
    if (item.problem) blocked.add(item.task_id);
    const isOthers = accountId !== undefined && item.account_id !== "" && item.account_id !== accountId;
    if (!isOthers && !blocked.has(item.task_id)) return item;
  }
  return undefined;
}

/** Sends one item; false means: no network, or nobody is signed in, so stop for now. */
async function sendOne(item: OutboxItem, listener: OutboxListener, send: Send): Promise<boolean> {
  try {
    const answer = await send(item.path, item.body, item.content_type);
    await listener.onSent(item, answer);
    await deleteOutboxItem(item.seq as number);
    retryDelay = INITIAL_RETRY_DELAY_MS;
    isSignedOut.value = false;
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status === 401) {
      isSignedOut.value = true;
      return false;
    }
    if (error instanceof Refused && !PASSING_REFUSALS.has(error.status)) {
      const refusedItem = { ...item, problem: { code: error.code, message: error.message, errors: error.errors } };
      await updateOutboxItem(refusedItem);
      await listener.onRefused(refusedItem);
      return true;
    }
    if (!(error instanceof Offline || error instanceof Refused)) throw error;
    await updateOutboxItem({ ...item, attempts: item.attempts + 1 });
    scheduleRetry(listener, send);
    return false;
  }
}

function scheduleRetry(listener: OutboxListener, send: Send): void {
  timer = setTimeout(() => void flush(listener, send), retryDelay);
  retryDelay = Math.min(retryDelay * 2, MAX_RETRY_DELAY_MS);
}
