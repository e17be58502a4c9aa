// Pictures: made small on the phone, and stored there.
import { v7 } from "uuid";
import { savePicture, storedPicture } from "./db";

/** A picture on this phone: its id, made here, and its bytes. */
export interface Photo {
  id: string;
  body: ArrayBuffer;
  type: string;
}

const MAX_SIDE_PX = 1600;

/** Compresses a photo and keeps it; returns its new id and bytes. */
export async function compressAndStore(file: File): Promise<Photo> {
  const blob = await compress(file);
  return storePicture(blob);
}

export async function storePicture(blob: Blob): Promise<Photo> {
  const id = v7();
  const body = await blob.arrayBuffer();
  await savePicture(id, body, blob.type || "image/jpeg");
  return { id, body, type: blob.type || "image/jpeg" };
}

/** An address under which a stored picture can be shown; otherwise the server's copy. */
export async function pictureUrl(id: string): Promise<string> {
  const stored = await storedPicture(id);
  return stored ? URL.createObjectURL(new Blob([stored.body], { type: stored.type })) : `/files/${id}`;
}

async function compress(file: File): Promise<Blob> {
  const { default: Compressor } = await import("compressorjs");
  return new Promise((resolve) => {
    new Compressor(file, {
      maxWidth: MAX_SIDE_PX,
      maxHeight: MAX_SIDE_PX,
      quality: 0.75,
      mimeType: "image/jpeg",
      success: resolve,
      error: () => resolve(file), // the server says what is wrong with it
    });
  });
}

/** The bytes of a data URL; the content policy lets nothing fetch it. */
export function dataUrlToBlob(dataUrl: string): Blob {
  const [head = "", data = ""] = dataUrl.split(",");
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  return new Blob([bytes], { type: head.slice(5).split(";")[0] });
}
