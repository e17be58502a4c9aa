import { createApp } from "vue";
import "vant/lib/index.css";
import "./theme.css";
import App from "./App.vue";
import { router } from "./router";
import { countUnsynced } from "./outbox";

createApp(App).use(router).mount("#app");
void countUnsynced();
if ("serviceWorker" in navigator && import.meta.env.PROD)
  void navigator.serviceWorker.register("/h5/sw.js", { scope: "/h5/" });
