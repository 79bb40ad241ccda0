import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AdoptReport } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { conversation, legacyFile, message, uuid } from '../adopt/legacy-file.ts';
import { document, failure, keelson, start, succeed } from './support/keelson.ts';

describeEngines('keelson adopt', (context) => {
  it('brings in a file, tells in figures what it did, and adds nothing the second time', async () => {
    const url = await context.emptyUrl();
    const path = legacyFile({
      conversations: [conversation(1, { user_id: null, message_count: 7 })],
      messages: [message(11, 1), message(12, 1)],
      user_sessions: [{ session_id: 'secret', user_id: 'ada' }],
    });
    const report = await document<AdoptReport>(['adopt', path, '--user', 'grace'], { url });
    expect(report.files).toMatchObject([
      {
        file: path,
        system: 'organic-fishstick-RAG',
        tables: [
          { name: 'conversations', read: 1, adopted: 1, alreadyThere: 0, refused: 0, reasons: [] },
          { name: 'messages', read: 2, adopted: 2 },
          { name: 'user_sessions', read: 1, refused: 1, reasons: [{ code: 'NOT_TAKEN', rows: 1, examples: [] }] },
        ],
      },
    ]);
    const shown = await document<{ messageCount?: number }>(['conversations', 'list', '--user', 'grace'], { url });
    expect(shown).toMatchObject({ items: [{ id: uuid(1), messageCount: 2 }] });

    const again = await succeed(['adopt', path, '--user', 'grace'], { url });
    expect(again.stdout).toMatch(/conversations +1 +0 +1 +0/);
    expect(again.stdout).toMatch(/messages +2 +0 +2 +0/);
    expect(again.stderr).toMatch(/message_count .*: \S+: 7 kept, 2 counted/);
    expect(again.stderr).toMatch(/a session is a secret and is never taken/);
  });

  it('ends with 5 when rows were refused, and keeps the others', async () => {
    const url = await context.emptyUrl();
    const path = legacyFile({ conversations: [conversation(1), conversation(2, { status: 'ODD' })] });
    const report = await document<AdoptReport>(['adopt', path], { url, code: 5 });
    expect(report.files[0]?.tables[0]).toMatchObject({
      adopted: 1,
      refused: 1,
      reasons: [{ code: 'BAD_STATUS', rows: 1, examples: [uuid(2)] }],
    });
  });

  it('is wholly undone by Ctrl-C', async () => {
    const url = await context.url();
    const messages = Array.from({ length: 30_000 }, (_, index) => message(1_000 + index, 1));
    const path = legacyFile({ conversations: [conversation(1)], messages });
    const running = start(['adopt', path, '--json'], { url, env: { DATABASE_ECHO: 'true' } });
    onTestFinished(() => void running.child.kill('SIGKILL'));
    await running.said(/insertAdopted|insert into "conversations"/);
    const { code, stdout } = await running.signalled('SIGINT');
    expect([code, stdout]).toEqual([130, '']);
    expect(await document(['conversations', 'list', '--user', 'ada'], { url })).toMatchObject({ items: [] });
  });
});

describeEngine('sqlite', 'keelson adopt and what it is given', (context) => {
  it('explains a file that is none of the systems, and one that is missing', async () => {
    const url = await context.url();
    const path = legacyFile({ conversations: [conversation(1)] });
    const notes = join(dirname(path), 'notes.db');
    writeFileSync(
      notes,
      'no database at all, but long enough to be taken for one by somebody who only looks. '.repeat(3),
    );
    expect(await failure(['adopt', path, notes], { url, exit: 1 })).toMatchObject({
      code: 'ADOPTION_SOURCE',
      message: `${notes} is not a SQLite database.`,
    });
    expect((await failure(['adopt', path, `${path}.gone`], { url, exit: 1 })).message).toContain('There is no file');
    expect((await keelson(['adopt'], { url })).code).toBe(2);
    expect(await document(['conversations', 'list', '--user', 'ada'], { url })).toMatchObject({ items: [] });
  });
});
