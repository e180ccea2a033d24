// The parser of the AsyncAPI initiative over a document: prints what it has to say, and fails when that is anything.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const [file] = process.argv.slice(2);
const { document, diagnostics } = await new Parser().parse(await readFile(file, "utf8"));
const told = diagnostics.filter((one) => one.code !== "asyncapi-latest-version"); // spectral.yaml says why
for (const { code, message, path, severity } of told) console.log(severity, code, path.join("."), message);
if (!document || told.length > 0) process.exit(1);
const count = (kind) => document[kind]().all().length;
console.log(`${file}: valid; ${["channels", "operations", "messages"].map((kind) => `${count(kind)} ${kind}`).join(", ")}`);
