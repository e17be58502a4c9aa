// The first load must stay below 200 kB compressed: the page, its entry and what that imports.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT = 200_000;
const dist = new URL("../dist", import.meta.url).pathname;
const html = readFileSync(join(dist, "index.html"), "utf8");
const wanted = new Set([...html.matchAll(/(?:src|href)="\/h5\/([^"]+)"/g)].map((match) => match[1]));
for (const name of readdirSync(join(dist, "assets")))
  if (/^(WorkPage|MaintenancePage)-/.test(name)) wanted.add(`assets/${name}`);
let total = gzipSync(html).length;
for (const name of wanted) {
  const size = gzipSync(readFileSync(join(dist, name))).length;
  console.log(`${String(size).padStart(8)}  ${name}`);
  total += size;
}
console.log(`${String(total).padStart(8)}  first load, gzip (limit ${LIMIT})`);
if (total > LIMIT) process.exit(1);
