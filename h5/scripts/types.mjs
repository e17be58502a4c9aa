// Writes src/generated/: the types of the API from openapi.json, and the lengths it allows.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const DOCUMENT = new URL("../../openapi.json", import.meta.url);
const FOLDER = new URL("../src/generated/", import.meta.url);
const HEAD = "// Made from openapi.json by `npm run types`; not to be edited.\n";

/** Writes only what changed, so that nothing is built anew for nothing. */
async function write(name, text) {
  const file = new URL(name, FOLDER);
  const before = await readFile(file, "utf8").catch(() => "");
  if (before !== text) await writeFile(file, text);
}

const document = JSON.parse(await readFile(DOCUMENT, "utf8"));
const limits = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
  Object.entries(schema.properties ?? {})
    .filter(([, property]) => property.maxLength !== undefined)
    .map(([key, property]) => [`${name}.${key}`, property.maxLength]),
);
await mkdir(FOLDER, { recursive: true });
await write("openapi.d.ts", HEAD + astToString(await openapiTS(DOCUMENT)));
await write("lengths.ts", `${HEAD}export const MAX_LENGTH = ${JSON.stringify(Object.fromEntries(limits))} as const;\n`);
