// Writes the service worker with the list of files of this build.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const dist = new URL("../dist", import.meta.url).pathname;
const files = (folder) =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
const names = files(dist)
  .map((path) => relative(dist, path))
  .filter((name) => name !== "sw.js")
  .sort();
const version = createHash("sha256");
for (const name of names) version.update(name).update(readFileSync(join(dist, name)));
const worker = readFileSync(new URL("../src/worker.js", import.meta.url), "utf8")
  .replace("__VERSION__", version.digest("hex").slice(0, 16))
  .replace("__FILES__", JSON.stringify(["", ...names.filter((name) => name !== "index.html")]));
writeFileSync(join(dist, "sw.js"), worker);
