// What the phone remembers: the package, drafts, pictures, and what still has to be sent.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { FieldError } from "./api";
import type { Draft, FieldPackage, Session } from "./model";

export interface OutboxItem {
  seq?: number;
  kind: "attachment" | "sign-in" | "visit";
  path: string;
  content_type: string;
  body: ArrayBuffer;
  task_id: string;
  account_id: string;
  label: string;
  attempts: number;
  problem: { code: string; message: string; errors: FieldError[] } | null;
}

interface Schema extends DBSchema {
  kept: { key: string; value: unknown };
  drafts: { key: string; value: Draft };
  pictures: { key: string; value: { id: string; body: ArrayBuffer; type: string } };
  outbox: { key: number; value: OutboxItem };
}

let opened: Promise<IDBPDatabase<Schema>> | null = null;

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>("yunjian", 1, {
    upgrade(db) {
      db.createObjectStore("kept");
      db.createObjectStore("drafts", { keyPath: "task_id" });
      db.createObjectStore("pictures", { keyPath: "id" });
      db.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
    },
  });
  return opened;
}

/** Data without Vue's proxies: IndexedDB stores plain data only. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

export const keepPackage = async (value: FieldPackage): Promise<void> => void (await (await database()).put("kept", plain(value), "package"));
export const keptPackage = async (): Promise<FieldPackage | undefined> => (await (await database()).get("kept", "package")) as FieldPackage | undefined;
export const keepSession = async (value: Session): Promise<void> => void (await (await database()).put("kept", plain(value), "session"));
export const keptSession = async (): Promise<Session | undefined> => (await (await database()).get("kept", "session")) as Session | undefined;

export const saveDraft = async (draft: Draft): Promise<void> => void (await (await database()).put("drafts", plain(draft)));
export const drafts = async (): Promise<Draft[]> => (await database()).getAll("drafts");
export const dropDraft = async (taskId: string): Promise<void> => (await database()).delete("drafts", taskId);

export const savePicture = async (id: string, body: ArrayBuffer, type: string): Promise<void> => void (await (await database()).put("pictures", { id, body, type }));
export const picture = async (id: string): Promise<{ body: ArrayBuffer; type: string } | undefined> => (await database()).get("pictures", id);

export const outboxItems = async (): Promise<OutboxItem[]> => (await database()).getAll("outbox");
export const putOutbox = async (item: OutboxItem): Promise<void> => void (await (await database()).put("outbox", item));
export const dropOutbox = async (seq: number): Promise<void> => (await database()).delete("outbox", seq);

/** Puts several items and a draft in one transaction: either all of it is kept, or none. */
export async function enqueue(items: OutboxItem[], draft: Draft): Promise<void> {
  const transaction = (await database()).transaction(["outbox", "drafts"], "readwrite");
  for (const item of items) await transaction.objectStore("outbox").add(item);
  await transaction.objectStore("drafts").put(plain(draft));
  await transaction.done;
}

/** Forgets the connection (tests begin with an empty memory). */
export async function closeDatabase(): Promise<void> {
  (await opened)?.close();
  opened = null;
}
