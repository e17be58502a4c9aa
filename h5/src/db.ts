// What the phone remembers: the package, drafts, pictures, and what still has to be sent.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { FieldError } from "./api";
import type {
  Draft,
  FieldPackage,
  ReadingStore,
  Session,
  SupervisionDraft,
  SupervisionPackage,
  SupervisionsSeen,
  SupervisionStep,
} from "./model";

export interface OutboxItem {
  seq?: number;
  kind: "attachment" | "sign-in" | "visit" | "supervision" | "supervision-step" | "acknowledgement";
  path: string;
  content_type: string;
  body: ArrayBuffer;
  task_id: string;
  account_id: string;
  attempts: number;
  problem: { code: string; message: string; errors: FieldError[] } | null;
}

// the name is that of the databases on phones in use
const CACHE_STORE = "kept";

interface Schema extends DBSchema {
  [CACHE_STORE]: { key: string; value: unknown };
  drafts: { key: string; value: Draft };
  pictures: { key: string; value: { id: string; body: ArrayBuffer; type: string } };
  outbox: { key: number; value: OutboxItem };
}

let opened: Promise<IDBPDatabase<Schema>> | null = null;

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>("yunjian", 1, {
    upgrade(db) {
      db.createObjectStore(CACHE_STORE);
      db.createObjectStore("drafts", { keyPath: "task_id" });
      db.createObjectStore("pictures", { keyPath: "id" });
      db.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
    },
  });
  return opened;
}

/** Data without Vue's proxies: IndexedDB stores plain data only. */
const withoutProxies = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

export const savePackage = async (value: FieldPackage): Promise<void> => {
  await (await database()).put(CACHE_STORE, withoutProxies(value), "package");
};
export const storedPackage = async (): Promise<FieldPackage | undefined> =>
  (await (await database()).get(CACHE_STORE, "package")) as FieldPackage | undefined;
export const saveSession = async (value: Session): Promise<void> => {
  await (await database()).put(CACHE_STORE, withoutProxies(value), "session");
};
export const storedSession = async (): Promise<Session | undefined> =>
  (await (await database()).get(CACHE_STORE, "session")) as Session | undefined;

export const saveSupervisionPackage = async (value: SupervisionPackage): Promise<void> => {
  await (await database()).put(CACHE_STORE, withoutProxies(value), "supervision-package");
};
export const storedSupervisionPackage = async (): Promise<SupervisionPackage | undefined> =>
  (await (await database()).get(CACHE_STORE, "supervision-package")) as SupervisionPackage | undefined;
export const saveSupervisions = async (value: SupervisionDraft[]): Promise<void> => {
  await (await database()).put(CACHE_STORE, withoutProxies(value), "supervisions");
};
export const storedSupervisions = async (): Promise<SupervisionDraft[]> =>
  ((await (await database()).get(CACHE_STORE, "supervisions")) as SupervisionDraft[] | undefined) ?? [];

export const saveSupervisionSteps = async (value: SupervisionStep[]): Promise<void> => {
  await (await database()).put(CACHE_STORE, withoutProxies(value), "supervision-steps");
};
export const storedSupervisionSteps = async (): Promise<SupervisionStep[]> =>
  ((await (await database()).get(CACHE_STORE, "supervision-steps")) as SupervisionStep[] | undefined) ?? [];
export const saveSupervisionsSeen = async (value: SupervisionsSeen): Promise<void> => {
  await (await database()).put(CACHE_STORE, withoutProxies(value), "supervisions-seen");
};
export const storedSupervisionsSeen = async (): Promise<SupervisionsSeen | undefined> =>
  (await (await database()).get(CACHE_STORE, "supervisions-seen")) as SupervisionsSeen | undefined;

/** Puts a supervision's items and what is kept of it in one transaction, in place of its items before. */
export async function enqueueSupervision(
  id: string,
  items: OutboxItem[],
  name: "supervisions" | "supervision-steps",
  value: SupervisionDraft[] | SupervisionStep[],
): Promise<void> {
  const transaction = (await database()).transaction(["outbox", CACHE_STORE], "readwrite");
  const outbox = transaction.objectStore("outbox");
  for (const item of await outbox.getAll()) if (item.task_id === id) await outbox.delete(item.seq as number);
  for (const item of items) await outbox.add(item);
  await transaction.objectStore(CACHE_STORE).put(withoutProxies(value), name);
  await transaction.done;
}

const readingsKey = (account: string): string => `readings-${account}`;
export const saveReadings = async (value: ReadingStore): Promise<void> => {
  await (await database()).put(CACHE_STORE, withoutProxies(value), readingsKey(value.account_id));
};
export const storedReadings = async (account: string): Promise<ReadingStore | undefined> =>
  (await (await database()).get(CACHE_STORE, readingsKey(account))) as ReadingStore | undefined;

/** Puts a confirmation and what it changes in one transaction, in place of the one before. */
export async function enqueueReading(id: string, items: OutboxItem[], readings: ReadingStore): Promise<void> {
  const transaction = (await database()).transaction(["outbox", CACHE_STORE], "readwrite");
  const outbox = transaction.objectStore("outbox");
  for (const item of await outbox.getAll())
    if (item.task_id === id && item.account_id === readings.account_id) await outbox.delete(item.seq as number);
  for (const item of items) await outbox.add(item);
  await transaction.objectStore(CACHE_STORE).put(withoutProxies(readings), readingsKey(readings.account_id));
  await transaction.done;
}

export const saveDraft = async (draft: Draft): Promise<void> => {
  await (await database()).put("drafts", withoutProxies(draft));
};
export const storedDrafts = async (): Promise<Draft[]> => (await database()).getAll("drafts");

export const savePicture = async (id: string, body: ArrayBuffer, type: string): Promise<void> => {
  await (await database()).put("pictures", { id, body, type });
};
export const storedPicture = async (id: string): Promise<{ body: ArrayBuffer; type: string } | undefined> =>
  (await database()).get("pictures", id);

export const outboxItems = async (): Promise<OutboxItem[]> => (await database()).getAll("outbox");
export const updateOutboxItem = async (item: OutboxItem): Promise<void> => {
  await (await database()).put("outbox", item);
};
export const deleteOutboxItem = async (seq: number): Promise<void> => (await database()).delete("outbox", seq);

/**
 * Puts items and their draft in one transaction, and takes out those that they replace: either all of
 * it is stored, or nothing.
 */
export async function enqueue(
  items: OutboxItem[],
  draft: Draft,
  isReplaced: (item: OutboxItem) => boolean = () => false,
): Promise<void> {
  const transaction = (await database()).transaction(["outbox", "drafts"], "readwrite");
  const outbox = transaction.objectStore("outbox");
  const done = transaction.done;
  done.catch(() => undefined); // the first error is thrown below
  try {
    for (const item of await outbox.getAll()) if (isReplaced(item)) await outbox.delete(item.seq as number);
    for (const item of items) await outbox.add(item);
    await transaction.objectStore("drafts").put(withoutProxies(draft));
  } catch (error) {
    if (transaction.error === null) transaction.abort();
    throw error;
  }
  await done;
}

/** Forgets the connection (tests begin with an empty memory). */
export async function closeDatabase(): Promise<void> {
  (await opened)?.close();
  opened = null;
}
