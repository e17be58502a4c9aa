import { afterEach, describe, expect, it, vi } from "vitest";
import { formatDateTime, stateLabel, todayInShanghai, verdictLabel, verdictType } from "./format";

afterEach(() => vi.useRealTimers());

describe("dates", () => {
  it.each([
    ["2026-11-20T15:59:59Z", "2026-11-20 23:59"],
    ["2026-11-20T16:00:00Z", "2026-11-21 00:00"],
    ["2026-01-05T09:07:00+08:00", "2026-01-05 09:07"],
  ])("%s is %s in Shanghai", (iso, shown) => expect(formatDateTime(iso)).toBe(shown));

  it.each([
    ["2026-11-20T15:59:59Z", "2026-11-20"],
    ["2026-11-20T16:00:00Z", "2026-11-21"],
  ])("today at %s is %s", (now, day) => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date(now) });
    expect(todayInShanghai()).toBe(day);
  });
});

describe("verdicts", () => {
  it.each([
    ["pass", "合格", "success"],
    ["attention", "有异常", "warning"],
    ["unknown", "未确认", "warning"],
    ["calibrate", "需校准", "warning"],
    ["out_of_control", "失控", "danger"],
    ["fail", "不合格", "danger"],
    ["", "", "default"],
  ])("%s reads %s and looks like %s", (verdict, label, type) => {
    expect([verdictLabel(verdict), verdictType(verdict)]).toEqual([label, type]);
  });
});

describe("states", () => {
  it.each([
    ["open", "待执行"],
    ["started", "进行中"],
    ["in_progress", "进行中"],
    ["submitted", "待确认"],
    ["confirmed", "已确认"],
    ["objected", "有异议"],
    ["done", "已完成"],
    ["of a later release", "of a later release"],
  ])("%s reads %s", (state, label) => expect(stateLabel(state)).toBe(label));
});
