import { createHash } from "node:crypto";

/** Content-Digest as RFC 9530 has it, computed by other means than the app's. */
export const digestOf = (body: string | Uint8Array): string =>
  `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
