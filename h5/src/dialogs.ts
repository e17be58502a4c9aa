// Questions to the person.
import { showConfirmDialog, type DialogOptions } from "vant";
import { t } from "./i18n";

/** Asks for a confirmation; false when it was cancelled. */
export function askToConfirm(message: string, options: DialogOptions = {}): Promise<boolean> {
  const buttons = { confirmButtonText: t("确定"), cancelButtonText: t("取消") };
  return showConfirmDialog({ ...buttons, ...options, message }).then(
    () => true,
    () => false,
  );
}
