// Who holds this phone.
import { ref } from "vue";
import { get, Offline, post } from "./api";
import { saveSession, storedSession } from "./db";
import type { Session } from "./model";

export const session = ref<Session | null>(null);
export const isOffline = ref(false);
export const unread = ref(0);

/** Asks the server; without a network the one that was signed in last stays. */
export async function loadSession(): Promise<Session | null> {
  try {
    setSession(await get<Session>("session"));
    isOffline.value = false;
  } catch (error) {
    if (!(error instanceof Offline)) throw error;
    isOffline.value = true;
    session.value ??= (await storedSession()) ?? null;
  }
  return session.value;
}

export function setSession(next: Session): void {
  session.value = next;
  void saveSession(next);
}

export const isWechat = (): boolean => /MicroMessenger/i.test(navigator.userAgent);

/** Leaves for WeChat, which comes back to the page that is open now, or to another one of the app. */
export function goToWechat(inside?: string): void {
  const address = session.value?.authorize_url ?? "/api/v1/wechat/authorize";
  const next = `${location.pathname}${location.search}${inside ? `#${inside}` : location.hash}`;
  location.assign(`${address}?next=${encodeURIComponent(next)}`);
}

/** A message is opened as the account that it was written to: `?account=` of its link says which. */
export async function switchToAddressee(): Promise<void> {
  const wanted = new URLSearchParams(location.search).get("account");
  const known = session.value;
  if (!wanted || !known?.account) return;
  const binding = known.bindings.find((each) => each.account_id === wanted);
  if (binding && known.account.id !== wanted) setSession(await post<Session>(`bindings/${binding.id}/switch`));
  history.replaceState(history.state, "", `${location.pathname}${location.hash}`);
}

window.addEventListener("online", () => (isOffline.value = false));
window.addEventListener("offline", () => (isOffline.value = true));
