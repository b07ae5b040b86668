// Drives the server at $RECTO_URL with the official TypeScript SDK, unmodified.
// Prints one line a check and a closing line; fails when a check does.
import fs from 'node:fs';
import path from 'node:path';
import assert from 'node:assert/strict';
import LlamaCloud, { toFile } from '@llamaindex/llama-cloud';

const base = process.env.RECTO_URL;
const sample = process.env.RECTO_SAMPLE;
const photo = process.env.RECTO_PHOTO;
if (!base || !sample || !photo) {
  console.error('run.mjs: set RECTO_URL to a running server, RECTO_SAMPLE to a PDF file and RECTO_PHOTO to a photograph of its first page');
  process.exit(2);
}
const apiKey = process.env.RECTO_API_KEY || 'llx-none';
const sdk = new LlamaCloud({ apiKey, baseURL: base });

// client is the SDK with an ear on it: which methods the checks have called.
const resources = ['parsing', 'files', 'configurations', 'webhookConfigs', 'projects', 'v2Projects'].filter((name) => sdk[name]);
const called = new Map();
let title = '';
const client = new Proxy(sdk, {
  get(target, name) {
    if (!resources.includes(name)) return target[name];
    return new Proxy(target[name], {
      get(resource, method) {
        if (!called.has(`${name}.${String(method)}`)) called.set(`${name}.${String(method)}`, title);
        const found = resource[method];
        return typeof found === 'function' ? found.bind(resource) : found;
      },
    });
  },
});
const name = path.basename(sample);

let passed = 0;
let failed = 0;
async function check(name, run) {
  title = name;
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

// rejects runs something that must fail in a certain way, and quickly: the SDK
// hides fifteen seconds of retries behind a conflict.
async function rejects(kind, status, text, run) {
  const begun = performance.now();
  await assert.rejects(run, (err) => {
    assert.ok(err instanceof kind, `got ${err?.constructor?.name}: ${err}`);
    if (status) assert.equal(err.status, status);
    assert.match(String(err.message), text);
    return true;
  });
  // Status 0 is that of a job, which takes its time.
  if (status) assert.ok(performance.now() - begun < 8000, 'it took more than eight seconds');
}

const options = { pollingInterval: 0.1, maxInterval: 0.5 };
const upload = () => toFile(fs.createReadStream(sample), name);
// A comment behind the end of a PDF makes it another file without changing it.
let copies = 0;
const variant = () => toFile(Buffer.concat([fs.readFileSync(sample), Buffer.from(`\n% ${process.pid} ${copies++}\n`)]), name);

let file;
let result;

await check('files.create', async () => {
  file = await client.files.create({ file: await upload(), purpose: 'parse', external_file_id: 'conformance-1' });
  assert.match(file.id, /^dfl-[0-9a-f-]{36}$/);
  assert.equal(file.name, name);
  assert.equal(file.file_type, 'pdf');
  assert.equal(file.external_file_id, 'conformance-1');
  assert.match(file.project_id, /^[0-9a-f-]{36}$/);
});

await check('files.retrieve with expand=download_url', async () => {
  const got = await client.files.retrieve(file.id, { expand: ['download_url'], project_id: file.project_id });
  assert.equal(got.id, file.id);
  const answer = await fetch(got.download_url.url);
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), fs.readFileSync(sample));
});

await check('files.content gives a link that works without a key', async () => {
  const link = await client.files.content(file.id, { expires_at_seconds: 60 });
  assert.ok(new Date(link.expires_at) > new Date());
  const answer = await fetch(link.url);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/pdf');
});

await check('files.list pages by itself', async () => {
  for (let i = 0; i < 3; i++) await client.files.create({ file: await variant(), purpose: 'user_data' });
  const ids = new Set();
  for await (const f of client.files.list({ page_size: 2 })) ids.add(f.id);
  assert.ok(ids.size >= 4 && ids.has(file.id), `${ids.size} files`);
});

await check('files.query', async () => {
  const got = await client.files.query({ filter: { external_file_id: 'conformance-1' } });
  assert.ok(got.items.some((f) => f.id === file.id));
});

await check('parsing.create and parsing.get', async () => {
  const job = await client.parsing.create({ file_id: file.id, tier: 'cost_effective', version: 'latest', user_metadata: { case: '42' } });
  assert.match(job.id, /^pjb-[0-9a-f-]{36}$/);
  assert.ok(['PENDING', 'RUNNING', 'COMPLETED'].includes(job.status));
  const done = await client.parsing.waitForCompletion(job.id, { expand: ['text'] }, options);
  assert.equal(done.job.status, 'COMPLETED');
  assert.deepEqual(done.job.user_metadata, { case: '42' });
  assert.equal(done.job.error_message, null);
});

await check('parsing.parse of an upload with text, markdown, items, metadata', async () => {
  result = await client.parsing.parse({
    upload_file: await variant(), tier: 'cost_effective', version: 'latest',
    output_options: { images_to_save: ['screenshot', 'embedded', 'layout'], save_output_pdf: true, additional_outputs: ['word_bbox'] },
    expand: ['text', 'markdown', 'items', 'metadata', 'job_metadata', 'usage', 'text_full', 'markdown_full', 'images_content_metadata',
      'text_content_metadata', 'markdown_content_metadata', 'items_content_metadata', 'metadata_content_metadata',
      'raw_words_content_metadata', 'xlsx_content_metadata', 'output_pdf_content_metadata', 'debug_logs'],
  }, options);
  assert.equal(result.job.status, 'COMPLETED');
  assert.equal(result.job.name, name);
});

await check('text', () => {
  assert.ok(result.text.pages.length > 0);
  result.text.pages.forEach((p, i) => assert.equal(p.page_number, i + 1));
  assert.ok(result.text.pages.some((p) => p.text.trim() !== ''), 'no text at all');
  assert.ok(result.text_full.includes(result.text.pages[0].text.trim().split('\n')[0].trim()));
});

await check('markdown', () => {
  assert.equal(result.markdown.pages.length, result.text.pages.length);
  for (const p of result.markdown.pages) {
    assert.equal(p.success, true);
    assert.equal(typeof p.markdown, 'string');
  }
  assert.ok(result.markdown.pages.some((p) => p.markdown.trim() !== ''), 'no markdown at all');
  assert.equal(typeof result.markdown_full, 'string');
});

const kinds = ['text', 'heading', 'list', 'code', 'table', 'image', 'link', 'header', 'footer'];
await check('items have known types and boxes on their page', () => {
  assert.equal(result.items.pages.length, result.text.pages.length);
  let count = 0;
  for (const p of result.items.pages) {
    assert.equal(p.success, true);
    assert.ok(p.page_width > 0 && p.page_height > 0);
    for (const it of p.items) {
      count++;
      assert.ok(kinds.includes(it.type), `type ${it.type}`);
      assert.equal(typeof it.md, 'string');
      assert.ok(Array.isArray(it.bbox) && it.bbox.length > 0, `${it.type} without a box`);
      for (const b of it.bbox) {
        assert.ok(b.x >= -1 && b.y >= -1 && b.x + b.w <= p.page_width + 1 && b.y + b.h <= p.page_height + 1, `box ${JSON.stringify(b)} is off the page`);
      }
      if (it.type === 'heading') assert.ok(Number.isInteger(it.level) && it.level >= 1 && it.level <= 6);
      if (it.type === 'table') assert.ok(Array.isArray(it.rows) && typeof it.html === 'string' && typeof it.csv === 'string');
    }
  }
  assert.ok(count > 0, 'no items at all');
});

await check('metadata', () => {
  assert.equal(result.metadata.pages.length, result.text.pages.length);
  for (const p of result.metadata.pages) assert.ok(p.confidence === null || p.confidence === undefined || (p.confidence >= 0 && p.confidence <= 1));
  assert.equal(result.job_metadata.job_pages, result.text.pages.length);
});

await check('links to results work without a key and cannot be altered', async () => {
  const files = result.result_content_metadata;
  for (const key of ['md', 'markdown', 'text', 'json', 'items', 'metadata', 'raw_words', 'outputPDF']) {
    assert.ok(files[key]?.exists, `${key} is missing`);
    const answer = await fetch(files[key].presigned_url);
    assert.equal(answer.status, 200, key);
    assert.equal((await answer.arrayBuffer()).byteLength, files[key].size_bytes, key);
  }
  assert.ok('xlsx' in files);
  const altered = files.md.presigned_url.replace('markdown.md', 'text.txt');
  assert.equal((await fetch(altered)).status, 403);
});

await check('images', async () => {
  const images = result.images_content_metadata;
  assert.equal(images.total_count, images.images.length);
  const shots = images.images.filter((i) => i.category === 'screenshot');
  assert.equal(shots.length, result.text.pages.length);
  const answer = await fetch(shots[0].presigned_url);
  assert.equal(answer.headers.get('content-type'), shots[0].content_type);
  const one = await client.parsing.get(result.job.id, { expand: ['images_content_metadata'], image_filenames: shots[0].filename });
  assert.deepEqual(one.images_content_metadata.images.map((i) => i.filename), [shots[0].filename]);
});

// words are the words of a page's text, however they are arranged.
const words = (text) => text.match(/[\p{L}\p{N}]+/gu) ?? [];

// shareOf returns how many of the wanted words were got, each as often as it was.
function shareOf(wanted, got) {
  const left = new Map();
  for (const w of got) left.set(w, (left.get(w) ?? 0) + 1);
  const found = wanted.filter((w) => left.get(w) > 0 && left.set(w, left.get(w) - 1));
  return found.length / wanted.length;
}

await check('a photographed page is read back with camera_photo_correction', async () => {
  const parse = async (input) => {
    const got = await client.parsing.parse({ tier: 'cost_effective', version: 'latest', expand: ['text', 'items', 'metadata', 'job_metadata'], ...input }, options);
    assert.equal(got.text.pages.length, 1);
    return { got, page: got.items.pages[0], words: words(got.text.pages[0].text) };
  };
  const picture = await client.files.create({ file: await toFile(fs.createReadStream(photo), 'photo.jpg'), purpose: 'parse' });
  const correct = { input_options: { image: { camera_photo_correction: true } } };
  const sheet = await parse({ upload_file: await variant(), page_ranges: { target_pages: '1' } });
  const corrected = await parse({ file_id: picture.id, ...correct });
  const plain = await parse({ file_id: picture.id });
  const [read, readPlain] = [corrected, plain].map((p) => shareOf(sheet.words, p.words));
  console.log(`      ${sheet.words.length} words, read ${read.toFixed(3)}, without correction ${readPlain.toFixed(3)}`);
  assert.ok(sheet.words.length > 100, `only ${sheet.words.length} words on the page`);
  assert.ok(read >= 0.95, `${read.toFixed(3)} of the words are read: ${JSON.stringify(corrected.got.job_metadata.warnings)}\n${corrected.got.text.pages[0].text}`);
  assert.ok(read >= readPlain, `${read.toFixed(3)} of the words are read with the option and ${readPlain.toFixed(3)} without`);
  // The page is the sheet, no longer the photograph, and stands upright.
  assert.equal(corrected.got.metadata.pages[0].original_orientation_angle, 0);
  const aspect = (p) => p.page_height / p.page_width;
  assert.ok(Math.abs(aspect(corrected.page) / aspect(sheet.page) - 1) < 0.1, `the sheet is ${corrected.page.page_width} x ${corrected.page.page_height}`);
  assert.ok(corrected.page.page_width < plain.page.page_width, `${corrected.page.page_width} wide, the photograph ${plain.page.page_width}`);
  for (const it of corrected.page.items) {
    for (const b of it.bbox) {
      assert.ok(b.x >= -1 && b.y >= -1 && b.x + b.w <= corrected.page.page_width + 1 && b.y + b.h <= corrected.page.page_height + 1, `box ${JSON.stringify(b)} is off the sheet`);
    }
  }
});

await check('parsing.list pages by itself, the newest first', async () => {
  const jobs = [];
  for await (const j of client.parsing.list({ page_size: 1, status: 'COMPLETED' })) jobs.push(j);
  assert.ok(jobs.length >= 2);
  assert.ok(jobs.some((j) => j.id === result.job.id));
  for (let i = 1; i < jobs.length; i++) assert.ok(jobs[i - 1].created_at >= jobs[i].created_at);
  const some = await client.parsing.list({ job_ids: [result.job.id, jobs.at(-1).id] });
  assert.equal(some.items.length, 2);
});

await check('parsing.cancel', async () => {
  // One of many jobs at once is still waiting when its cancel arrives.
  const jobs = [];
  for (let i = 0; i < 12; i++) {
    jobs.push(client.parsing.create({ upload_file: await variant(), tier: 'cost_effective', version: 'latest', disable_cache: true,
      output_options: { images_to_save: ['screenshot'] } }));
  }
  const last = (await Promise.all(jobs)).at(-1);
  // The checks that follow measure time: let the others end first.
  const others = () => Promise.allSettled(jobs.map(async (j) => client.parsing.waitForCompletion((await j).id, {}, options)));
  let cancelled;
  try {
    cancelled = await client.parsing.cancel(last.id);
  } catch (err) {
    assert.ok(err instanceof LlamaCloud.ConflictError, String(err)); // it was quicker
    await others();
    return;
  }
  assert.equal(cancelled.status, 'CANCELLED');
  await assert.rejects(client.parsing.waitForCompletion(last.id, {}, options), /CANCELLED/);
  await others();
});

await check('a finished job cannot be cancelled, and the SDK does not wait', () =>
  rejects(LlamaCloud.ConflictError, 409, /finished/, () => client.parsing.cancel(result.job.id)));

await check('parsing.listVersions', async () => {
  const v = await client.parsing.listVersions();
  for (const tier of ['fast', 'cost_effective', 'agentic', 'agentic_plus']) {
    assert.equal(v[tier][0], v.latest[tier]);
  }
});

await check('a broken document fails with its reason', () =>
  rejects(Error, 0, /FAILED.*(PDF_IS_BROKEN|NO_DATA_FOUND_IN_FILE|UNSUPPORTED_FILE_TYPE)/, async () =>
    client.parsing.parse({ upload_file: await toFile(Buffer.from('%PDF-1.7\nnothing more'), 'broken.pdf'), tier: 'fast', version: 'latest', expand: ['text'] }, options)));

await check('pages past the end fail with their reason', () =>
  rejects(Error, 0, /NO_DATA_FOUND_IN_FILE/, () =>
    client.parsing.parse({ file_id: file.id, tier: 'fast', version: 'latest', page_ranges: { target_pages: '100000' }, expand: ['text'] }, options)));

await check('an unknown job is 404', () =>
  rejects(LlamaCloud.NotFoundError, 404, /Parse job not found/, () => client.parsing.get('pjb-00000000-0000-0000-0000-000000000000')));

await check('an unknown file is 404', () =>
  rejects(LlamaCloud.NotFoundError, 404, /not found/, () => client.files.retrieve('00000000-0000-0000-0000-000000000000')));

await check('an unknown option is 422 and says where', () =>
  rejects(LlamaCloud.UnprocessableEntityError, 422, /output_options.*nonsense/s, () =>
    client.parsing.create({ file_id: file.id, tier: 'fast', version: 'latest', output_options: { nonsense: true } })));

await check('an unknown tier and a missing version are both named', () =>
  rejects(LlamaCloud.UnprocessableEntityError, 422, /tier.*version/s, () => client.parsing.create({ file_id: file.id, tier: 'turbo' })));

await check('an agentic tier without a model is 422 and names the setting', () =>
  rejects(LlamaCloud.UnprocessableEntityError, 422, /RECTO_VLM_URL/, () => client.parsing.create({ file_id: file.id, tier: 'agentic', version: 'latest' })));

await check('a base address with a slash at the end works', async () => {
  const other = new LlamaCloud({ apiKey, baseURL: base + '/' });
  assert.equal((await other.parsing.get(result.job.id)).job.id, result.job.id);
});

await check('configurations', async () => {
  const name = `conformance ${process.pid}`;
  const saved = await client.configurations.create({ name, parameters: { product_type: 'parse_v2', tier: 'cost_effective', version: 'latest', page_ranges: { max_pages: 1 } } });
  assert.match(saved.id, /^cfg-/);
  assert.equal((await client.configurations.retrieve(saved.id)).name, name);
  const names = [];
  for await (const c of client.configurations.list({ product_type: ['parse_v2'] })) names.push(c.name);
  assert.ok(names.includes(name));
  const job = await client.parsing.create({ file_id: file.id, configuration_id: saved.id, tier: 'configured', version: 'latest' });
  const done = await client.parsing.waitForCompletion(job.id, { expand: ['text'] }, options);
  assert.equal(done.text.pages.length, 1);
  assert.equal((await client.configurations.update(saved.id, { name: `${name} b` })).name, `${name} b`);
  await client.configurations.delete(saved.id);
  await rejects(LlamaCloud.NotFoundError, 404, /not found/, () => client.configurations.retrieve(saved.id));
});

await check('webhook configurations', async () => {
  const saved = await client.webhookConfigs.create({ webhook_url: 'https://hooks.example.com/a', webhook_events: ['parse.success'] });
  assert.match(saved.id, /^whc-/);
  assert.equal((await client.webhookConfigs.retrieve(saved.id)).webhook_url, 'https://hooks.example.com/a');
  assert.ok((await client.webhookConfigs.list()).some((c) => c.id === saved.id));
  assert.deepEqual((await client.webhookConfigs.update(saved.id, { webhook_events: ['parse.error'] })).webhook_events, ['parse.error']);
  await client.webhookConfigs.delete(saved.id);
  await rejects(LlamaCloud.NotFoundError, 404, /not found/, () => client.webhookConfigs.retrieve(saved.id));
});

await check('projects', async () => {
  assert.ok((await client.projects.list()).some((p) => p.id === file.project_id));
  assert.equal((await client.projects.get(file.project_id)).id, file.project_id);
  const ids = [];
  for await (const p of client.v2Projects.list()) ids.push(p.id);
  assert.ok(ids.includes(file.project_id));
  assert.equal((await client.v2Projects.get(file.project_id)).id, file.project_id);
});

await check('parsing.delete', async () => {
  const gone = await client.parsing.delete(result.job.id);
  assert.equal(gone.id, result.job.id);
  await rejects(LlamaCloud.NotFoundError, 404, /Parse job not found/, () => client.parsing.get(result.job.id));
});

await check('files.delete', async () => {
  await client.files.delete(file.id);
  await rejects(LlamaCloud.NotFoundError, 404, /not found/, () => client.files.retrieve(file.id));
});

await check('every method of the SDK is called by a check', () => {
  const methods = resources.flatMap((name) => Object.getOwnPropertyNames(Object.getPrototypeOf(sdk[name]))
    .filter((method) => method !== 'constructor' && !method.startsWith('_')).map((method) => `${name}.${method}`));
  assert.deepEqual(methods.filter((method) => !called.has(method)), []);
  if (process.argv.includes('--list')) for (const method of methods) console.log(`      ${method} <- ${called.get(method)}`);
});

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
