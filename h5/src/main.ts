import { createApp } from "vue";
import "vant/lib/index.css";
import "./theme.css";
import App from "./App.vue";
import { router } from "./router";
import { synchronise } from "./work";

createApp(App).use(router).mount("#app");
// once it is known who holds the phone, what waits from before is sent
void router.isReady().then(synchronise);
if ("serviceWorker" in navigator && import.meta.env.PROD)
  void navigator.serviceWorker.register("/h5/sw.js", { scope: "/h5/" });
