import { describe, expect, it } from "vitest";
import { formatDateTime } from "./format";
import { distance, formatDistance } from "./geo";

describe("distances", () => {
  it("measures along the great circle", () => {
    const here = { longitude: 121.6, latitude: 31.2 };
    expect(distance(here, here)).toBe(0);
    expect(distance(here, { longitude: 121.61, latitude: 31.2 })).toBeCloseTo(951, -1);
  });
  it("is said in metres or kilometres", () => {
    expect(formatDistance(84.4)).toBe("84 m");
    expect(formatDistance(1520)).toBe("1.5 km");
  });
});

describe("moments", () => {
  it("are Shanghai's", () => {
    expect(formatDateTime("2026-11-20T16:30:00+00:00")).toBe("2026-11-21 00:30");
    expect(formatDateTime(null)).toBe("—");
  });
});
