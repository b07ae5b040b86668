// Drives the v1 API at $RECTO_URL with the TypeScript package written for it,
// llama-cloud-services, unmodified.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import assert from 'node:assert/strict';
import { LlamaParseReader } from 'llama-cloud-services/reader';

const base = process.env.RECTO_URL;
const sample = process.env.RECTO_SAMPLE;
if (!base || !sample) {
  console.error('v1/run.mjs: set RECTO_URL to a running server and RECTO_SAMPLE to a PDF file');
  process.exit(2);
}
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'recto-v1-'));
const called = new Set();
const reader = (options) => new Proxy(
  new LlamaParseReader({ apiKey: process.env.RECTO_API_KEY || 'llx-none', baseUrl: base, verbose: false, resultType: 'markdown', ...options }),
  { get(target, name) {
    called.add(name);
    return typeof target[name] === 'function' ? target[name].bind(target) : target[name];
  } });
// A comment behind the end of a PDF makes it another file without changing it.
let copies = 0;
const variant = () => {
  const file = path.join(scratch, `${copies++}.pdf`);
  fs.writeFileSync(file, Buffer.concat([fs.readFileSync(sample), Buffer.from(`\n% ts ${process.pid} ${copies}\n`)]));
  return file;
};

let passed = 0;
let failed = 0;
async function check(title, run) {
  const begun = performance.now();
  try {
    await run();
    passed++;
    console.log(`ok    ${title} (${Math.round(performance.now() - begun)} ms)`);
  } catch (err) {
    failed++;
    console.log(`FAIL  ${title}\n      ${String(err.stack || err).replaceAll('\n', '\n      ')}`);
  }
}

let pages;
await check('loadData splits by page', async () => {
  const docs = await reader().loadData(variant());
  pages = docs.length;
  assert.ok(pages > 1 && docs.every((d) => d.text.trim() !== ''));
});

await check('loadDataAsContent of text with a separator', async () => {
  const docs = await reader({ resultType: 'text', splitByPage: false, pageSeparator: '\n<<{pageNumber}>>\n' }).loadDataAsContent(fs.readFileSync(variant()), 'bytes.pdf');
  assert.equal(docs.length, 1);
  assert.ok(docs[0].text.includes('\n<<2>>\n'));
});

let json;
await check('loadJson and parse', async () => {
  json = await reader().loadJson(variant());
  assert.equal(json[0].pages.length, pages);
  assert.ok(json[0].pages.some((p) => p.items.some((i) => i.type === 'table' && i.rows.length > 0)));
  assert.equal((await reader().parse([variant(), variant()])).length, 2);
});

await check('getImages and getTables', async () => {
  const images = await reader().getImages(json, path.join(scratch, 'images'));
  assert.ok(images.length > 0 && fs.statSync(images[0].path).size > 0);
  fs.mkdirSync(path.join(scratch, 'tables'));
  const tables = await reader().getTables(json, path.join(scratch, 'tables'));
  assert.ok(tables.length > 0);
});

await check('a bad page range fails with its reason', () =>
  assert.rejects(reader({ targetPages: '1000', ignoreErrors: false }).loadData(variant()), /NO_DATA_FOUND_IN_FILE|ERROR/));

await check('every method of the reader is called by a check', () => {
  const inner = ['constructor', 'getJobResult', 'getImagePath', 'fetchAndSaveImage', 'filterSpecificParams', 'splitTextBySeparator']; // private
  const methods = Object.getOwnPropertyNames(LlamaParseReader.prototype).filter((name) => !inner.includes(name));
  assert.deepEqual(methods.filter((name) => !called.has(name)), []);
});

fs.rmSync(scratch, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
