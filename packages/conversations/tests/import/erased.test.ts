import { Erasures } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Conversations, demoExportPath } from '../../src/index.ts';
import { textOf } from '../cold/everything.ts';
import { samples } from './samples.ts';

const ERASED = { code: 'ERASED_HERE', message: expect.stringContaining('not brought back') as string };

describeEngines('an import of what was erased here', (context) => {
  it('leaves out the conversations of an own export that were erased, and takes the others', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    for (const title of ['gone', 'kept', 'lost']) {
      const { id } = await chats.createConversation({ title });
      await chats.saveUserMessage({ conversationId: id, content: title });
    }
    const ids = (await chats.listConversations()).items.map(({ id }) => id);
    const lines = await textOf(chats.exportConversations({ format: 'ndjson', ids }));
    const [lost = '', kept = '', gone = ''] = ids;
    await chats.eraseConversation(gone);
    await chats.eraseConversation(lost);
    const report = await chats.importConversations([lines]);
    expect(report).toMatchObject({
      conversations: 1,
      created: { conversations: 0, messages: 0 },
      duplicates: 1,
      failed: 2,
      errors: [
        { line: 1, ...ERASED },
        { line: 3, ...ERASED },
      ],
    });
    expect((await chats.listConversations({ status: ['ACTIVE', 'DELETED'] })).items.map(({ id }) => id)).toEqual([
      kept,
    ]);
    // Whose it was is told by the ledger: of somebody else nothing was erased, and nothing is said.
    expect(await new Conversations(database, 'bob').importConversations([lines])).toMatchObject({
      created: { conversations: 3 },
      failed: 0,
    });
    // Who says so has them back, as they were.
    expect(await chats.importConversations([lines], { takeErased: true })).toMatchObject({
      created: { conversations: 2, messages: 2 },
      failed: 0,
    });
    expect(await textOf(chats.exportConversations({ format: 'ndjson', ids }))).toBe(lines);
    expect(await chats.importConversations([lines])).toMatchObject({ duplicates: 3, failed: 0 });
  });

  it('leaves out an erased conversation of every other format too', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    for (const [format, sample] of Object.entries(samples(3))) {
      const file = JSON.stringify(sample);
      expect(await chats.importConversations([file])).toMatchObject({ created: { conversations: 1 } });
      const [{ id } = { id: '' }] = (await chats.listConversations()).items;
      await chats.eraseConversation(id);
      expect({ format, ...(await chats.importConversations([file])) }).toMatchObject({ failed: 1, errors: [ERASED] });
      // What it has become meanwhile holds what was erased.
      const grown = JSON.stringify(samples(4)[format]);
      expect({ format, ...(await chats.importConversations([grown])) }).toMatchObject({ failed: 1, errors: [ERASED] });
    }
    expect((await chats.listConversations({ status: ['ACTIVE', 'DELETED'] })).items).toEqual([]);
  });

  it('leaves out what an erased owner had, and takes what is newer', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    await chats.importConversations(demoExportPath());
    const { id } = await chats.createConversation({ title: 'mine' });
    const document = await chats.exportConversation(id);
    await new Erasures(database).eraseOwner('ada', { rewrite: false });
    const ahead = new Date(Date.now() + 3_600_000).toISOString();
    const newer = { ...document, conversation: { ...document.conversation, createdAt: ahead } };
    expect(await chats.importConversations([JSON.stringify(document)])).toMatchObject({ failed: 1, errors: [ERASED] });
    const demo = await chats.importConversations(demoExportPath());
    expect(demo).toMatchObject({ conversations: 0, created: { conversations: 0 } });
    expect(new Set(demo.errors.map(({ code }) => code))).toEqual(new Set(['ERASED_HERE']));
    expect((await chats.listConversations()).items).toEqual([]);
    expect(await chats.importConversations([JSON.stringify(newer)])).toMatchObject({
      created: { conversations: 1 },
      failed: 0,
    });
  });

  it('also what is erased while the file is read, and within a transaction of the caller', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const one = await chats.createConversation();
    const other = await chats.createConversation();
    const file = async function* (): AsyncGenerator<string> {
      yield `${JSON.stringify(await chats.exportConversation(one.id))}\n`;
      const last = JSON.stringify(await chats.exportConversation(other.id));
      await chats.eraseConversation(other.id);
      yield last;
    };
    await chats.eraseConversation((await chats.createConversation()).id);
    const report = await chats.importConversations(file());
    expect(report).toMatchObject({ conversations: 1, failed: 1, errors: [{ line: 2, ...ERASED }] });
    const document = JSON.stringify(await chats.exportConversation(one.id));
    await chats.eraseConversation(one.id);
    await database.transaction('ada', async () => {
      expect(await chats.importConversations([document])).toMatchObject({ errors: [ERASED] });
    });
  });
});
