// Drives what is around parsing with the official TypeScript SDK, unmodified:
// configurations, webhooks, projects, job data points. Like run.mjs, it wants a
// running server at $RECTO_URL that allows webhooks to this machine.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import crypto from 'node:crypto';
import assert from 'node:assert/strict';
import LlamaCloud, { toFile } from '@llamaindex/llama-cloud';

const base = process.env.RECTO_URL;
const sample = process.env.RECTO_SAMPLE;
if (!base || !sample) {
  console.error('manage.mjs: set RECTO_URL to a running server and RECTO_SAMPLE to a PDF file');
  process.exit(2);
}
const client = new LlamaCloud({ apiKey: process.env.RECTO_API_KEY || 'llx-none', baseURL: base });

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

async function collect(list) {
  const all = [];
  for await (const item of list) all.push(item);
  return all;
}

let copies = 0;
const variant = () => toFile(Buffer.concat([fs.readFileSync(sample), Buffer.from(`\n% manage ${process.pid} ${copies++}\n`)]), path.basename(sample));
const options = { pollingInterval: 0.1, maxInterval: 0.5 };
const parameters = { product_type: 'parse_v2', tier: 'cost_effective', version: 'latest', page_ranges: { max_pages: 1 } };

let config;
await check('configurations.create, and again under the same name', async () => {
  config = await client.configurations.create({ name: 'conformance', parameters });
  assert.match(config.id, /^cfg-/);
  assert.equal(config.product_type, 'parse_v2');
  const again = await client.configurations.create({ name: 'conformance', parameters: { ...parameters, version: '2026-08-19' } });
  assert.equal(again.id, config.id);
  assert.notEqual(again.version, config.version);
});

await check('configurations.retrieve, update, list', async () => {
  assert.equal((await client.configurations.retrieve(config.id)).parameters.version, '2026-08-19');
  const updated = await client.configurations.update(config.id, { name: 'conformance 2' });
  assert.equal(updated.name, 'conformance 2');
  const all = await collect(client.configurations.list({ product_type: ['parse_v2'], latest_only: true, page_size: 1 }));
  assert.ok(all.some((c) => c.id === config.id));
  await assert.rejects(client.configurations.create({ name: 'bad', parameters: { product_type: 'parse_v2', tier: 'turbo', version: 'latest' } }), LlamaCloud.UnprocessableEntityError);
});

await check('parsing.parse with configuration_id', async () => {
  const result = await client.parsing.parse({ upload_file: await variant(), configuration_id: config.id, expand: ['text', 'raw_parameters'] }, options);
  assert.equal(result.text.pages.length, 1);
  assert.equal(result.job.tier, 'cost_effective');
});

const received = [];
const receiver = http.createServer((req, res) => {
  let body = '';
  req.on('data', (part) => (body += part));
  req.on('end', () => {
    received.push({ headers: req.headers, body });
    res.end();
  });
});
await new Promise((done) => receiver.listen(0, '127.0.0.1', done));
const url = `http://127.0.0.1:${receiver.address().port}/hook`;

let hook;
await check('webhookConfigs.create, retrieve, update, list', async () => {
  hook = await client.webhookConfigs.create({ webhook_url: 'https://example.com/hook', webhook_signing_secret: 'conformance', webhook_events: ['parse.success'] });
  assert.match(hook.id, /^whc-/);
  assert.equal(hook.has_secret, true);
  assert.equal(hook.webhook_signing_secret, undefined);
  hook = await client.webhookConfigs.update(hook.id, { webhook_url: url, webhook_output_format: 'json' });
  assert.deepEqual(await client.webhookConfigs.retrieve(hook.id), hook);
  assert.deepEqual(hook.webhook_events, ['parse.success']);
  assert.equal((await client.webhookConfigs.list())[0].id, hook.id);
  await assert.rejects(client.webhookConfigs.create({ webhook_url: url, webhook_events: [] }), LlamaCloud.UnprocessableEntityError);
});

await check('a job tells its webhooks', async () => {
  const job = await client.parsing.create({
    upload_file: await variant(), tier: 'fast', version: 'latest', webhook_configuration_ids: [hook.id],
    webhook_configurations: [{ webhook_url: url, webhook_events: ['parse.success'], webhook_headers: { 'X-Second': 'yes' } }],
  });
  for (let i = 0; received.length < 2 && i < 200; i++) await new Promise((done) => setTimeout(done, 50));
  assert.equal(received.length, 2);
  const signed = received.find((r) => !r.headers['x-second']);
  assert.equal(signed.headers['lc-signature'], 'sha256=' + crypto.createHmac('sha256', 'conformance').update(signed.body).digest('hex'));
  const event = JSON.parse(signed.body);
  assert.equal(event.event_type, 'parse.success');
  assert.equal(event.data.job_id, job.id);
  assert.equal(signed.headers['x-webhook-event-id'], event.event_id);
  const plain = received.find((r) => r.headers['x-second'] === 'yes');
  assert.equal(JSON.parse(JSON.parse(plain.body)).event_id, event.event_id);
});

await check('webhookConfigs.delete, configurations.delete', async () => {
  await client.webhookConfigs.delete(hook.id);
  await assert.rejects(client.webhookConfigs.retrieve(hook.id), LlamaCloud.NotFoundError);
  await client.configurations.delete(config.id);
  await assert.rejects(client.configurations.retrieve(config.id), LlamaCloud.NotFoundError);
});
receiver.close();

await check('projects.list, get, and the same in v2', async () => {
  const list = await client.projects.list();
  assert.match(list[0].id, /^[0-9a-f-]{36}$/);
  const one = await client.projects.get(list[0].id);
  assert.deepEqual(one, list[0]);
  assert.deepEqual(await client.projects.list({ project_name: 'no such project' }), []);
  assert.deepEqual((await collect(client.v2Projects.list({ page_size: 1 })))[0], one);
  assert.equal((await client.v2Projects.get(one.id)).organization_id, one.organization_id);
  await client.parsing.list({ project_id: one.id, organization_id: one.organization_id });
});

await check('jobDataPoints.list', async () => {
  const points = await collect(client.jobDataPoints.list({ job_type: 'parse', hours: 1, status: ['COMPLETED', 'FAILED'] }));
  assert.ok(points.length > 0);
  assert.ok(points[0].state_transitions.pending_at);
});

await check('a product this server does not have is refused at once', async () => {
  const begun = performance.now();
  await assert.rejects(client.batches.list(), (err) => err.status === 501 && /server/.test(err.message));
  assert.ok(performance.now() - begun < 3000);
});

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
