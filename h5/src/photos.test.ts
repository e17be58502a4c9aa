// Pictures: made small, stored, and shown again.
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { closeDatabase, storedPicture } from "./db";
import { compressAndStore, dataUrlToBlob, pictureUrl, storePicture } from "./photos";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const compressions: Record<string, unknown>[] = [];
let outcome: Blob | null;

vi.mock("compressorjs", () => ({
  default: class {
    constructor(_file: File, options: Record<string, unknown> & { success(blob: Blob): void; error(): void }) {
      compressions.push(options);
      if (outcome) options.success(outcome);
      else options.error();
    }
  },
}));

beforeEach(async () => {
  await closeDatabase();
  globalThis.indexedDB = new IDBFactory();
  compressions.length = 0;
  outcome = new Blob(["small"], { type: "image/jpeg" });
});
afterEach(() => vi.restoreAllMocks());

const textOf = (body: ArrayBuffer | undefined): string => new TextDecoder().decode(body);

describe("a photo", () => {
  it("is made small enough for a bad network, as JPEG", async () => {
    await compressAndStore(new File(["raw"], "IMG.heic", { type: "image/heic" }));
    expect(compressions).toHaveLength(1);
    expect(compressions[0]).toMatchObject({ maxWidth: 1600, maxHeight: 1600, quality: 0.75, mimeType: "image/jpeg" });
  });

  it("is stored under a new id of version 7 before it is handed over", async () => {
    const first = await compressAndStore(new File(["raw"], "IMG.jpg", { type: "image/jpeg" }));
    const second = await compressAndStore(new File(["raw"], "IMG.jpg", { type: "image/jpeg" }));
    expect(first.id).toMatch(UUID_V7);
    expect(second.id).not.toBe(first.id);
    expect([textOf(first.body), first.type]).toEqual(["small", "image/jpeg"]);
    const stored = await storedPicture(first.id);
    expect([textOf(stored?.body), stored?.type]).toEqual(["small", "image/jpeg"]);
  });

  it("is taken as it is when it cannot be made small: the server says what is wrong with it", async () => {
    outcome = null;
    const photo = await compressAndStore(new File(["raw"], "IMG.png", { type: "image/png" }));
    expect([textOf(photo.body), photo.type]).toEqual(["raw", "image/png"]);
  });

  it("without a type counts as JPEG, stored and handed over", async () => {
    const photo = await storePicture(new Blob(["raw"]));
    expect(photo.type).toBe("image/jpeg");
    expect((await storedPicture(photo.id))?.type).toBe("image/jpeg");
  });
});

describe("the address of a picture", () => {
  it("is that of the stored bytes, else the server's", async () => {
    const shown: Blob[] = [];
    vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
      shown.push(blob as Blob);
      return "blob:shown";
    });
    const photo = await storePicture(new Blob(["bytes"], { type: "image/png" }));
    expect(await pictureUrl(photo.id)).toBe("blob:shown");
    expect([shown[0]?.type, await shown[0]?.text()]).toEqual(["image/png", "bytes"]);
    expect(await pictureUrl("elsewhere")).toBe("/files/elsewhere");
    expect(shown).toHaveLength(1);
  });
});

describe("a signature on the screen", () => {
  it("becomes the bytes of its data URL", async () => {
    const blob = dataUrlToBlob(`data:image/png;base64,${btoa("\x89PNG\xff")}`);
    expect(blob.type).toBe("image/png");
    expect([...new Uint8Array(await blob.arrayBuffer())]).toEqual([0x89, 0x50, 0x4e, 0x47, 0xff]);
  });
});
