// Pictures: made small on the phone, kept until they are sent.
import { v7 } from "uuid";
import { picture, savePicture } from "./db";

const LONGEST_SIDE = 1600;

/** Compresses a photo and keeps it; returns its new id and bytes. */
export async function takePhoto(file: File): Promise<{ id: string; body: ArrayBuffer; type: string }> {
  const blob = await compressed(file);
  return keep(blob);
}

export async function keep(blob: Blob): Promise<{ id: string; body: ArrayBuffer; type: string }> {
  const id = v7();
  const body = await blob.arrayBuffer();
  await savePicture(id, body, blob.type || "image/jpeg");
  return { id, body, type: blob.type || "image/jpeg" };
}

/** An address under which a kept picture can be shown; otherwise the server's copy. */
export async function pictureUrl(id: string): Promise<string> {
  const kept = await picture(id);
  return kept ? URL.createObjectURL(new Blob([kept.body], { type: kept.type })) : `/files/${id}`;
}

async function compressed(file: File): Promise<Blob> {
  const { default: Compressor } = await import("compressorjs");
  return new Promise((resolve) => {
    new Compressor(file, {
      maxWidth: LONGEST_SIDE,
      maxHeight: LONGEST_SIDE,
      quality: 0.75,
      mimeType: "image/jpeg",
      success: resolve,
      error: () => resolve(file), // the server says what is wrong with it, in words
    });
  });
}

/** The bytes of a data URL; the content policy lets nothing fetch it. */
export function blobOf(dataUrl: string): Blob {
  const [head = "", data = ""] = dataUrl.split(",");
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  return new Blob([bytes], { type: head.slice(5).split(";")[0] });
}
