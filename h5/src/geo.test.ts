import { describe, expect, it } from "vitest";
import { formatDateTime } from "./format";
import { distance, formatDistance } from "./geo";

describe("distances", () => {
  it("measures along the great circle", () => {
    const here = { longitude: 121.6, latitude: 31.2 };
    expect(distance(here, here)).toBe(0);
    expect(distance(here, { longitude: 121.61, latitude: 31.2 })).toBeCloseTo(951, -1);
  });
  it.each([
    ["along a meridian", { longitude: 0, latitude: 0 }, { longitude: 0, latitude: 1 }, 111_195],
    ["along the equator", { longitude: 0, latitude: 0 }, { longitude: 1, latitude: 0 }, 111_195],
    ["far north", { longitude: 0, latitude: 60 }, { longitude: 1, latitude: 60 }, 55_597],
    ["between two parallels", { longitude: 121, latitude: 31 }, { longitude: 122, latitude: 32 }, 146_125],
    ["to the other side", { longitude: 0, latitude: 0 }, { longitude: 180, latitude: 0 }, 20_015_115],
  ])("is known %s, both ways", (_where, from, to, metres) => {
    expect(Math.abs(distance(from, to) - metres)).toBeLessThan(2);
    expect(distance(to, from)).toBeCloseTo(distance(from, to), 6);
  });
  it("is said in metres or kilometres", () => {
    expect(formatDistance(84.4)).toBe("84 m");
    expect(formatDistance(1520)).toBe("1.5 km");
    expect([999, 1000].map(formatDistance)).toEqual(["999 m", "1.0 km"]);
  });
});

describe("moments", () => {
  it("are Shanghai's", () => {
    expect(formatDateTime("2026-11-20T16:30:00+00:00")).toBe("2026-11-21 00:30");
    expect(formatDateTime(null)).toBe("—");
  });
});
