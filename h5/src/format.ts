// Dates and labels as everywhere in the product.
import { t } from "./i18n";
import type { ItemState } from "./sheets/types";

const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });

/** YYYY-MM-DD HH:mm in Shanghai. */
export const formatDateTime = (iso: string | null): string => (iso ? clock.format(new Date(iso)) : "—");

const VERDICT_LABELS: Record<string, string> = {
  pass: "合格",
  attention: "有异常",
  unknown: "未确认",
  calibrate: "需校准",
  out_of_control: "失控",
  fail: "不合格",
};
export const verdictLabel = (verdict: string): string => t(VERDICT_LABELS[verdict] ?? "");
export const verdictType = (verdict: string): "success" | "warning" | "danger" | "default" =>
  verdict === "pass"
    ? "success"
    : verdict === "attention" || verdict === "calibrate" || verdict === "unknown"
      ? "warning"
      : verdict
        ? "danger"
        : "default";

const STATE_LABELS: Record<string, string> = {
  in_progress: "进行中",
  submitted: "待确认",
  confirmed: "已确认",
  objected: "有异议",
  open: "待执行",
  started: "进行中",
  done: "已完成",
};
export const stateLabel = (state: string): string => t(STATE_LABELS[state] ?? state);

/** YYYY-MM-DD of now in Shanghai. */
export const todayInShanghai = (): string => clock.format(new Date()).slice(0, 10);

/** Of an item of a checklist. */
export const ITEM_STATE_LABELS: Record<ItemState, string> = {
  normal: "正常",
  abnormal: "异常",
  not_applicable: "不适用",
};
