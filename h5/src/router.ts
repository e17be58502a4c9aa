import { createRouter, createWebHashHistory } from "vue-router";
import { Offline, Refused } from "./api";
import { switchToAddressee, goToWechat, isWechat, loadSession, session } from "./session";

export const router = createRouter({
  history: createWebHashHistory("/h5/"),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: "/", redirect: "/work" },
    { path: "/work", component: () => import("./pages/WorkPage.vue"), meta: { tab: "work" } },
    { path: "/maintenance", component: () => import("./pages/MaintenancePage.vue"), meta: { title: "污染源运维" } },
    { path: "/tasks/:id", component: () => import("./pages/TaskPage.vue"), props: true, meta: { title: "现场运维" } },
    {
      path: "/tasks/:id/sheets/:name",
      component: () => import("./pages/SheetPage.vue"),
      props: true,
      meta: { title: "记录单" },
    },
    { path: "/visits/:id", component: () => import("./pages/VisitPage.vue"), props: true, meta: { title: "运维记录" } },
    {
      path: "/instruments/:id",
      component: () => import("./pages/InstrumentPage.vue"),
      props: true,
      meta: { title: "仪器" },
    },
    {
      path: "/supervisions",
      component: () => import("./pages/SupervisionsPage.vue"),
      meta: { title: "人员监督" },
    },
    {
      path: "/supervisions/:id/fill",
      component: () => import("./pages/SupervisionFormPage.vue"),
      props: true,
      meta: { title: "现场监督" },
    },
    {
      path: "/supervisions/:id",
      component: () => import("./pages/SupervisionPage.vue"),
      props: true,
      meta: { title: "监督记录" },
    },
    {
      path: "/documents",
      component: () => import("./pages/DocumentsPage.vue"),
      meta: { title: "运维文件" },
    },
    {
      path: "/documents/:id",
      component: () => import("./pages/DocumentPage.vue"),
      props: true,
      meta: { title: "运维文件" },
    },
    { path: "/messages", component: () => import("./pages/MessagesPage.vue"), meta: { title: "消息" } },
    { path: "/me", component: () => import("./pages/MePage.vue"), meta: { tab: "me" } },
    { path: "/me/bindings", component: () => import("./pages/BindingsPage.vue"), meta: { title: "账户信息" } },
    { path: "/bind", component: () => import("./pages/BindPage.vue"), meta: { title: "绑定账户", open: true } },
    { path: "/:rest(.*)*", redirect: "/work" },
  ],
});

router.beforeEach(async (to) => {
  if (session.value === null) {
    await loadSession();
    await switchToAddressee().catch((error: unknown) => {
      if (!(error instanceof Offline || error instanceof Refused)) throw error;
    });
  }
  const known = session.value;
  if (to.meta.open || !known || known.account) return true;
  if (known.openid_known && known.bindings.length && to.path === "/me/bindings") return true;
  if (known.openid_known) return { path: "/bind", query: { next: to.fullPath } };
  if (isWechat()) {
    goToWechat();
    return false;
  }
  return { path: "/bind", query: { next: to.fullPath } };
});
