import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import type { Plugin } from "vite";

/** Vant names a foreign host as second source of its icons; the first is in the style sheet itself. */
const ownIconsOnly: Plugin = {
  name: "own-icons-only",
  enforce: "pre",
  transform: (code, id) =>
    id.endsWith("vant/lib/index.css") ? code.replace(/,\s*url\(\/\/[^)]*\)\s*format\("woff"\)/, "") : null,
};

export default defineConfig({
  base: "/h5/",
  plugins: [ownIconsOnly, vue()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: { target: "es2020", sourcemap: false, chunkSizeWarningLimit: 400 },
});
