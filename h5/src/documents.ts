// Documents that this person is to read: their texts are on the phone, and what was confirmed without a
// network is sent as soon as there is one.
import { ref } from "vue";
import { v7 } from "uuid";
import { encodeJson, get, JSON_TYPE, Offline, Refused } from "./api";
import * as db from "./db";
import type { OutboxItem } from "./db";
import { session } from "./session";
import type { Acknowledged, DocumentText, Reading, ReadingStore } from "./model";

const nothing = (): ReadingStore => ({ account_id: "", items: [], texts: {}, confirmed: {} });

export const readingStore = ref<ReadingStore>(nothing());
export const isReadingsStale = ref(false);

export const documentText = (id: string): DocumentText | undefined => readingStore.value.texts[id];
export const confirmation = (id: string) => readingStore.value.confirmed[id];
export const readingOf = (id: string): Reading | undefined =>
  readingStore.value.items.find((each) => each.version.id === id);

/** To be read: neither read for the server nor confirmed on this phone. */
export const isOpen = (reading: Reading): boolean => {
  const given = confirmation(reading.version.id);
  return reading.read_at === null && (!given || given.problem !== null);
};

const accountId = (): string => session.value?.account?.id ?? "";

/** Reads what this phone has stored of this account; another account's stays for when it is back. */
export async function loadReadings(): Promise<void> {
  if (readingStore.value.account_id === accountId()) return;
  readingStore.value = (await db.storedReadings(accountId())) ?? { ...nothing(), account_id: accountId() };
}

/** Fetches what is to be read and each text that is not on the phone; without a network it stays. */
export async function refreshReadings(): Promise<void> {
  await loadReadings();
  const account = accountId();
  try {
    const { items } = await get<{ items: Reading[] }>("readings");
    if (readingStore.value.account_id !== account) return;
    // what was confirmed here and was refused stays readable until the person has seen it
    const needed = new Set([...items.map((each) => each.version.id), ...Object.keys(readingStore.value.confirmed)]);
    const texts = Object.fromEntries(Object.entries(readingStore.value.texts).filter(([id]) => needed.has(id)));
    await store({ items, texts });
    for (const { version } of items) {
      const known = documentText(version.id);
      if (known && known.digest === version.digest && Boolean(known.file_text) === version.has_file_text) continue;
      const text = await get<DocumentText>(`documents/versions/${version.id}`);
      await store({ texts: { ...readingStore.value.texts, [version.id]: text } });
    }
    isReadingsStale.value = false;
  } catch (error) {
    if (!(error instanceof Offline || error instanceof Refused)) throw error;
    isReadingsStale.value = true;
  }
}

/** Puts the confirmation of a version into the outbox, bound to the digest of what was shown. */
export async function confirmReading(text: DocumentText): Promise<void> {
  const at = new Date().toISOString();
  const item: OutboxItem = {
    kind: "acknowledgement",
    path: `documents/versions/${text.id}/acknowledgement/${v7()}`,
    body: encodeJson({ shown_digest: text.digest }),
    content_type: JSON_TYPE,
    task_id: text.id,
    account_id: accountId(),
    attempts: 0,
    problem: null,
  };
  const confirmed = { ...readingStore.value.confirmed, [text.id]: { at, problem: null } };
  const next = { ...readingStore.value, confirmed };
  await db.enqueueReading(text.id, [item], next);
  readingStore.value = next;
}

/** Takes a refused confirmation away once the person has seen why. */
export async function dismissRefusal(id: string): Promise<void> {
  const confirmed = without(readingStore.value.confirmed, id);
  const texts = readingOf(id) ? readingStore.value.texts : without(readingStore.value.texts, id);
  const next = { ...readingStore.value, confirmed, texts };
  await db.enqueueReading(id, [], next);
  readingStore.value = next;
}

export async function readingSent(item: OutboxItem, answer: Acknowledged): Promise<void> {
  await change(item.account_id, (kept) => ({
    ...kept,
    confirmed: without(kept.confirmed, item.task_id),
    items: kept.items.map((each) =>
      each.version.id === item.task_id ? { ...each, read_at: answer.read_at, state: "read" as const } : each,
    ),
  }));
}

/** A refusal stays with what was confirmed and its text, until the person has seen it. */
export async function readingRefused(item: OutboxItem): Promise<void> {
  const message = item.problem?.message ?? "";
  await change(item.account_id, (kept) => ({
    ...kept,
    confirmed: {
      ...kept.confirmed,
      [item.task_id]: { at: kept.confirmed[item.task_id]?.at ?? "", problem: message },
    },
  }));
}

async function change(account: string, how: (kept: ReadingStore) => ReadingStore): Promise<void> {
  const isShown = readingStore.value.account_id === account;
  const kept = isShown ? readingStore.value : await db.storedReadings(account);
  if (!kept) return;
  const next = how(kept);
  await db.saveReadings(next);
  if (isShown) readingStore.value = next;
}

async function store(part: Partial<ReadingStore>): Promise<void> {
  const next = { ...readingStore.value, ...part };
  await db.saveReadings(next);
  readingStore.value = next;
}

const without = <T>(all: Record<string, T>, id: string): Record<string, T> =>
  Object.fromEntries(Object.entries(all).filter(([key]) => key !== id));
