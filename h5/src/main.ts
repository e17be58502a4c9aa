import { createApp } from "vue";
import { isNavigationFailure } from "vue-router";
import "vant/lib/index.css";
import "./theme.css";
import App from "./App.vue";
import { router } from "./router";
import { synchronise } from "./work";

createApp(App).use(router).mount("#app");
// once it is known who holds the phone, what waits from before is sent; a first page that was left
// for WeChat's sign-in has nothing to send
void router.isReady().then(synchronise, (failure: unknown) => {
  if (!isNavigationFailure(failure)) throw failure;
});
if ("serviceWorker" in navigator && import.meta.env.PROD)
  void navigator.serviceWorker.register("/h5/sw.js", { scope: "/h5/" });
