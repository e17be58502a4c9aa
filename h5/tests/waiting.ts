import { expect, vi } from "vitest";

/** Waits until a value that changes on its own has become the expected one. */
export function becomesLater<T>(read: () => T | Promise<T>, expected: T): Promise<void> {
  return vi.waitFor(async () => expect(await read()).toEqual(expected));
}
