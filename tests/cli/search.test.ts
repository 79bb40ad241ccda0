import { type Database, openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { saveTexts } from '../search/support.ts';
import { document, failure, start, succeed } from './support/keelson.ts';

interface Page {
  readonly items: readonly { readonly kind: string; readonly id: string; readonly title: string }[];
  readonly nextCursor: string | null;
  readonly isCurrent: boolean;
}

describeEngines('keelson search', (context) => {
  async function withDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
    await using database = openDatabase({ url, env: {} });
    return await work(database);
  }

  it('finds texts of all domains, of one user, as a table and as JSON', async () => {
    const url = await context.url();
    const { ids } = await withDatabase(url, (database) =>
      saveTexts(database, 'ada', ['The harbour is closed', 'The ferry left'], 'Harbour news'),
    );
    const page = await document<Page>(['search', 'harbours', '--user', 'ada'], { url });
    expect(page).toMatchObject({ nextCursor: null, isCurrent: true, isOutdated: false, isBounded: false });
    expect(page.items.map(({ kind }) => kind).sort()).toEqual(['conversation', 'message']);
    const first = await document<Page>(['search', 'harbour', '--user', 'ada', '--limit', '1'], { url });
    const next = ['--cursor', first.nextCursor ?? ''];
    const second = await document<Page>(['search', 'harbour', '--user', 'ada', '--limit', '1', ...next], { url });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(page.items.map(({ id }) => id));

    const { stdout } = await succeed(['search', '"the ferry"', 'left', '--user', 'ada', '--kind', 'message'], { url });
    expect(stdout).toContain('Harbour news');
    expect(stdout).toContain(ids[1]);
    expect(stdout).toContain('The ferry left');
    expect(await document<Page>(['search', 'harbour', '--user', 'bob'], { url })).toMatchObject({ items: [] });
    expect(await failure(['search', 'x', '--kind', 'nothing'], { url, exit: 2 })).toMatchObject({
      code: 'VALIDATION',
    });
  });

  it('goes by role, conversation and meaning in conversations', async () => {
    const url = await context.url();
    const { conversationId, ids } = await withDatabase(url, (database) =>
      saveTexts(database, 'ada', ['The harbour is closed', 'Ferries leave the harbour'], 'Harbour news'),
    );
    const command = ['conversations', 'search', '--user', 'ada'];
    const page = await document<{ items: readonly { messageId: string }[] }>(
      [...command, 'harbours', '--role', 'user', '--conversation', conversationId, '--from', '1d', '--limit', '5'],
      { url },
    );
    expect(page.items.map(({ messageId }) => messageId).toSorted()).toEqual([...ids].toSorted());
    const env = { EMBEDDER_MODEL: 'keelson-hashed-v1' };
    expect(await document(['vectors', 'embed'], { url, env })).toEqual({
      model: 'keelson-hashed-v1',
      users: 1,
      embedded: 3,
    });
    const { stdout } = await succeed([...command, 'fery leaving', '--mode', 'hybrid', '--limit', '1'], { url, env });
    expect(stdout).toContain('user 2');
    expect(stdout).toContain('Ferries leave the harbour');
  });

  it('reindex is a job, and a worker keeps the index', async () => {
    const url = await context.url();
    await withDatabase(url, (database) => saveTexts(database, 'ada', ['one', 'two', 'three']));
    expect(await document(['search', 'reindex'], { url })).toEqual({ jobs: [] });
    const { jobs } = await document<{ jobs: readonly { readonly id: string }[] }>(
      ['search', 'reindex', '--user', 'ada', '--rebuild'],
      { url },
    );
    const id = jobs[0]?.id ?? '';
    const worker = start(['worker', '--json'], { url });
    try {
      await worker.said(new RegExp(`completed: search.reindex ${id} of ada`));
    } finally {
      await worker.signalled('SIGTERM');
    }
    expect(await document(['jobs', 'show', id, '--user', 'ada'], { url })).toMatchObject({
      status: 'completed',
      progress: 100,
      result: { entries: { conversation: 1, message: 3 } },
    });
  });
});
