import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { demoExportPath } from '@keelson/conversations';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { openApi, problem, type TestApi } from './testing/api.ts';

const IMPORT = '/v1/conversations/import';
const demo = readFileSync(demoExportPath());
const lines = { 'content-type': 'application/x-ndjson' };

function sharegpt(...texts: readonly string[]): string {
  return JSON.stringify({ conversations: texts.map((value) => ({ from: 'human', value })) });
}

async function count({ call }: TestApi): Promise<number> {
  const { body } = await call('GET', '/v1/conversations?limit=500');
  return body.items.length as number;
}

describeEngines('POST /v1/conversations/import', (context) => {
  it('stores what is new, and hands all of it out again', async () => {
    const api = await openApi(context);
    const first = await api.call('POST', IMPORT, { text: demo });
    expect(first.status).toBe(200);
    const { conversations, messages } = first.body;
    expect(first.body).toEqual({
      conversations,
      messages,
      created: { conversations, messages },
      duplicates: 0,
      failed: 0,
      errors: [],
      errorsLeftOut: 0,
      replacedCharacters: expect.any(Number) as number,
      cutLinks: expect.any(Number) as number,
      unknownContent: [],
      detailsLeftOut: 0,
      stopped: false,
    });
    const again = await api.call('POST', `${IMPORT}?format=chatgpt`, { text: demo });
    expect(again.body).toMatchObject({ created: { conversations: 0, messages: 0 }, duplicates: messages });
    const token = await api.tokenFor('grace', 'conversations');
    for (const format of ['json', 'ndjson']) {
      const exported = await api.call('GET', `/v1/conversations/export?format=${format}`);
      const [type] = String(exported.headers['content-type']).split(';');
      expect(exported.headers['content-disposition']).toBe(`attachment; filename="conversations.${format}"`);
      const headers = { 'content-type': type ?? '' };
      const brought = await api.call('POST', IMPORT, { token, text: exported.text, headers });
      expect(brought.body).toMatchObject({ errors: [], conversations, messages, failed: 0 });
    }
    const printed = await api.call('GET', '/v1/conversations/export?format=markdown&branches=all');
    expect(printed.headers['content-type']).toBe('text/markdown; charset=utf-8');
    expect(await api.call('GET', '/v1/conversations/export?format=docx')).toMatchObject({ status: 422 });
  });

  it('keeps what is whole of a broken file, and says which line is not', async () => {
    const api = await openApi(context);
    const text = [sharegpt('one'), '{"conversations": [', sharegpt('three')].join('\n');
    const { status, body } = await api.call('POST', IMPORT, { text, headers: lines });
    expect(status).toBe(200);
    expect(body).toMatchObject({ created: { conversations: 2 }, failed: 1, errors: [{ line: 2 }] });
    const none = await api.call('POST', IMPORT, { text: '{"a": 1}\n{"b": 2}', headers: lines });
    expect(none.body).toEqual(problem('IMPORT_FORMAT', 422));
    expect(await count(api)).toBe(2);
  });

  it('leaves out what was erased here, and takes it when it is told to', async () => {
    const api = await openApi(context);
    await api.call('POST', IMPORT, { text: sharegpt('one') });
    const { body: list } = await api.call('GET', '/v1/conversations');
    const { id } = list.items[0] as { id: string };
    await api.call('DELETE', `/v1/conversations/${id}?erase=true`);
    const { status, body } = await api.call('POST', IMPORT, { text: sharegpt('one') });
    expect(status).toBe(200);
    expect(body).toMatchObject({ conversations: 0, failed: 1, errors: [{ code: 'ERASED_HERE' }] });
    const taken = await api.call('POST', `${IMPORT}?takeErased=true`, { text: sharegpt('one') });
    expect(taken.body).toMatchObject({ created: { conversations: 1 }, failed: 0 });
  });

  it('answers a key that is sent again as the first time, and takes it for no other file', async () => {
    const api = await openApi(context);
    const headers = { ...lines, 'idempotency-key': 'import-1' };
    const first = await api.call('POST', IMPORT, { text: sharegpt('one'), headers });
    expect(first).toMatchObject({ status: 200, body: { created: { conversations: 1 } } });
    const again = await api.call('POST', IMPORT, { text: sharegpt('one'), headers });
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([200, first.text, 'true']);
    const other = await api.call('POST', IMPORT, { text: sharegpt('two'), headers });
    expect(other.body).toEqual(problem('IDEMPOTENCY_KEY_REUSED', 422));
    expect(await count(api)).toBe(1);
    const reader = await api.tokenFor('ada', 'conversations:read');
    expect(await api.call('POST', IMPORT, { token: reader, text: demo })).toMatchObject({ status: 403 });
  });
});

describeEngine('sqlite', 'a file that is sent, where the engine makes no difference,', (context) => {
  it.each([
    [{ 'content-type': 'text/csv' }, 'UNSUPPORTED_MEDIA_TYPE', 415],
    [{ 'idempotency-key': 'a b' }, 'VALIDATION', 422],
  ])('is refused with what it is sent as: %j', async (headers, code, status) => {
    const api = await openApi(context);
    const answer = await api.call('POST', IMPORT, { text: sharegpt('one'), headers });
    expect(answer.body).toEqual(problem(code, status));
  });

  it('is refused when it is none', async () => {
    const api = await openApi(context);
    expect((await api.call('POST', IMPORT)).body).toEqual(problem('VALIDATION', 422));
    expect((await api.call('POST', IMPORT, { text: ' ' })).body).toEqual(problem('IMPORT_FORMAT', 422));
  });

  it('may be compressed with gzip, but no ZIP archive', async () => {
    const api = await openApi(context);
    const headers = { 'content-type': 'application/gzip' };
    const sent = await api.call('POST', IMPORT, { text: gzipSync(sharegpt('one')), headers });
    expect(sent).toMatchObject({ status: 200, body: { created: { conversations: 1 }, failed: 0 } });
    const archive = await api.call('POST', IMPORT, { text: Buffer.from('PK\u0003\u0004') });
    expect(archive.body).toMatchObject({
      code: 'IMPORT_FORMAT',
      hint: expect.stringContaining('unpack it') as unknown,
    });
  });

  it('is refused at once when it says that it is too large', async () => {
    const api = await openApi(context, { http: { bodyLimitBytes: 1000 } });
    const text = [sharegpt('one'), sharegpt('x'.repeat(1000))].join('\n');
    for (const key of [{}, { 'idempotency-key': 'large' }]) {
      const answer = await api.call('POST', IMPORT, { text, headers: { ...lines, ...key } });
      expect(answer.body).toEqual(problem('PAYLOAD_TOO_LARGE', 413));
    }
    expect(await count(api)).toBe(0);
  });

  it('is read while it comes: of one that turns out to be too large the beginning is stored', async () => {
    const api = await openApi(context, { http: { bodyLimitBytes: 100_000 } });
    await api.server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = api.server.server.address() as AddressInfo;
    const token = await api.tokenFor('ada', 'conversations:read', 'conversations:write');
    const headers = { ...lines, authorization: `Bearer ${token}` };
    const sending = httpRequest({ host: '127.0.0.1', port, path: IMPORT, method: 'POST', headers });
    const answered = new Promise<number | undefined>((resolve, reject) => {
      sending.once('response', (response) => resolve(response.resume().statusCode));
      sending.once('error', reject);
    });
    sending.write(`${sharegpt('the first question of all')}\n${sharegpt('the second one')}\n`);
    await expect.poll(() => count(api), { timeout: 15_000, interval: 20 }).toBe(2);
    sending.write(`${sharegpt('x'.repeat(100_000))}\n`);
    expect(await answered).toBe(413);
    expect(await count(api)).toBe(2);
  });

  it('may end in the middle: the rest comes with the next one', async () => {
    const api = await openApi(context);
    const text = Array.from({ length: 3 }, (_, n) => sharegpt(`question ${n}`)).join('\n');
    const cut = await api.call('POST', IMPORT, { text: text.slice(0, -5), headers: lines });
    expect(cut.body).toMatchObject({ created: { conversations: 2 }, failed: 1 });
    const whole = await api.call('POST', IMPORT, { text, headers: lines });
    expect(whole.body).toMatchObject({ created: { conversations: 1 }, duplicates: 2, failed: 0 });
  });
});
