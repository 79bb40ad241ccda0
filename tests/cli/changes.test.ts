import { newId, openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { insertConversation } from '../changes/queries.ts';
import { document, failure, start, succeed } from './support/keelson.ts';

interface Line {
  readonly position: string;
  readonly table: string;
  readonly operation: string;
  readonly key: string;
  readonly userId: string;
}

describeEngines('keelson changes consumers', (context) => {
  it('shows how far each of them has come', async () => {
    const url = await context.url();
    const database = openDatabase({ url, env: {} });
    const stop = new AbortController();
    await database.forUser('ada').run(insertConversation, { id: newId(), now: new Date() });
    await database.changes.consume('audit', async () => stop.abort(), { signal: stop.signal });
    await database.forUser('ada').run(insertConversation, { id: newId(), now: new Date() });
    await database.close();
    const { items } = await document<{ items: readonly object[] }>(['changes', 'consumers'], { url });
    expect(items).toMatchObject([{ name: 'audit', isRunning: false, behind: 1, resync: null }]);
    const { stdout } = await succeed(['changes', 'consumers'], { url });
    expect(stdout).toMatch(/audit +no +1 /);
  });
});

describeEngines('keelson changes tail', (context) => {
  it("streams a user's changes as they come, from a position on, until Ctrl-C", async () => {
    const url = await context.url();
    const running = start(['changes', 'tail', '--user', 'ada', '--json'], { url });
    onTestFinished(() => void running.child.kill('SIGKILL'));
    await running.said(/from now on/);

    const database = openDatabase({ url, env: {} });
    const ids = [newId(), newId()];
    try {
      for (const [user, id] of [
        ['ada', ids[0]!],
        ['eve', newId()],
        ['ada', ids[1]!],
      ] as const)
        await database.forUser(user).run(insertConversation, { id, now: new Date() });
    } finally {
      await database.close();
    }
    await running.said(new RegExp(ids[1]!));
    const ended = await running.signalled('SIGINT');
    expect(ended.code).toBe(130);
    const lines = ended.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(lines.map(({ table, operation, key, userId }) => [table, operation, key, userId])).toEqual(
      ids.map((id) => ['conversations', 'insert', id, 'ada']),
    );

    const again = start(['changes', 'tail', '--user', 'ada', '--after', lines[0]!.position], { url });
    onTestFinished(() => void again.child.kill('SIGKILL'));
    await again.said(new RegExp(`insert  conversations  ${ids[1]!}  ada`));
    const { code, stdout } = await again.signalled('SIGINT');
    expect(code).toBe(130);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  it('refuses a position that is none', async () => {
    const error = await failure(['changes', 'tail', '--after', 'nonsense'], { url: await context.url(), exit: 2 });
    expect(error.code).toBe('VALIDATION');
  });
});
