// Content-Digest (RFC 9530): the server checks that what came is what was sent.

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** The value of the header for these bytes; needs a secure context (https or loopback). */
export async function contentDigest(body: ArrayBuffer): Promise<string> {
  return `sha-256=:${base64(new Uint8Array(await crypto.subtle.digest("SHA-256", body)))}:`;
}
