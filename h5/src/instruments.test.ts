import { describe, expect, it } from "vitest";
import { findInstrument } from "./instruments";
import type { FieldPackage } from "./model";

const point = { id: "p1", name: "总排口", mn_code: "31011500000101" };
const register = {
  server_time: "",
  definitions: {},
  tasks: [{ id: "t1", point, instruments: [{ id: "i1", name: "分析仪", serial: "SN-1" }] }],
} as unknown as FieldPackage;

describe("a label that is scanned without a network", () => {
  it("is answered from the tasks on the phone", () => {
    expect(findInstrument(register, "i1")).toMatchObject({ serial: "SN-1", point: { mn_code: "31011500000101" } });
  });

  it("is not answered for what no task is about", () => {
    expect(findInstrument(register, "i2")).toBeNull();
    expect(findInstrument(null, "i1")).toBeNull();
  });
});
