import {
  Audit,
  type Database,
  Erasures,
  ForbiddenError,
  newId,
  Organisations,
  SYSTEM_OWNER,
  SystemLogs,
} from '@keelson/db-core';
import { describeEngines, type EngineContext } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { stored } from '../isolation/fixture.ts';
import { fillPerson, fillTables, WORD, WRITTEN_BY_ERASING } from './fill.ts';

/** Everything in the database as text, by table. */
async function dump(context: EngineContext, database: Database): Promise<Record<string, string>> {
  const raw = context.raw(database.config.target.url);
  const tables = await raw.query(
    context.engine === 'sqlite'
      ? `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
      : `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  const texts: Record<string, string> = {};
  for (const { name } of tables)
    texts[String(name)] = JSON.stringify(await raw.query(`SELECT * FROM "${String(name)}"`));
  return texts;
}

function sumOf({ deleted, pseudonymised } = { deleted: 0, pseudonymised: 0 }): number {
  return deleted + pseudonymised;
}

function tablesWith(texts: Readonly<Record<string, string>>, word: string): string[] {
  return Object.keys(texts).filter((name) => texts[name]!.includes(word));
}

describeEngines('erasing an owner', (context) => {
  it('leaves nothing of theirs in any table, and everything of others', async () => {
    const database = await context.open();
    const { userId, organisationId } = await fillPerson(database);
    await fillTables(database, 'bob');
    const others = await stored(context, database, 'bob');
    expect(tablesWith(await dump(context, database), userId).length).toBeGreaterThan(10);

    const erasures = new Erasures(database);
    const preview = await erasures.preview(userId);
    const steps: number[] = [];
    const certificate = await erasures.eraseOwner(userId, {
      onProgress: ({ done, total }) => void steps.push(done / total),
    });

    expect(tablesWith(await dump(context, database), userId)).toEqual([]);
    const word = await dump(context, database);
    for (const table of tablesWith(word, WORD)) expect(word[table], table).not.toContain(userId);
    expect(await stored(context, database, 'bob')).toBe(others);
    expect(await erasures.preview(userId)).toEqual({});
    const deleted = Object.fromEntries(Object.entries(certificate.rows).map(([name, rows]) => [name, rows.deleted]));
    for (const [table, rows] of Object.entries(preview)) {
      if (WRITTEN_BY_ERASING.includes(table)) expect(sumOf(certificate.rows[table])).toBeGreaterThanOrEqual(rows);
      else expect(deleted[table], table).toBe(rows);
    }
    expect(deleted).toMatchObject({
      users: 1,
      user_sessions: 1,
      api_tokens: 1,
      memberships: 1,
      conversations: 9,
      system_logs: 3,
    });
    expect(steps.at(-1)).toBe(1);

    const { items: lines } = await new SystemLogs(database).list({});
    expect(lines.map(({ message }) => message)).toEqual(['kept']);
    const { items: members } = await new Organisations(database).members({ organisationId }, { userId: 'bob' });
    expect(members).toMatchObject([{ memberId: 'bob' }]);
  });

  it('keeps of the audit who did what to whom under a pseudonym, and no content', async () => {
    const database = await context.open();
    const { userId, organisationId } = await fillPerson(database);
    const audit = new Audit(database);
    await audit.record(database.forUser('bob', { actor: userId }), {
      action: 'thing.changed',
      entity: 'thing',
      entityId: 'its id',
      before: 1,
      after: 2,
    });
    const { items: before } = await audit.listOfAll({ limit: 100 });
    const { erasure } = await new Erasures(database).eraseOwner(userId);
    const pseudonym = `erased:${erasure}`;
    const { items: after } = await audit.listOfAll({ limit: 100 });
    const rest = after.filter(({ action }) => action !== 'owner.erased');
    expect(after.find(({ action }) => action === 'owner.erased')).toMatchObject({
      userId: SYSTEM_OWNER,
      actorId: SYSTEM_OWNER,
      entityId: erasure,
    });
    expect(rest.map(({ id, action, at }) => ({ id, action, at }))).toEqual(
      before.map(({ id, action, at }) => ({ id, action, at })),
    );
    expect(rest.find(({ action }) => action === 'thing.changed')).toMatchObject({
      userId: 'bob',
      actorId: pseudonym,
      entityId: 'its id',
      beforeDigest: expect.stringMatching(/./),
    });
    expect(rest.find(({ action }) => action === 'member.added')).toMatchObject({
      userId: organisationId,
      actorId: 'bob',
      entityId: pseudonym,
    });
    const own = rest.filter((event) => event.userId === pseudonym);
    expect(own.length).toBeGreaterThan(6);
    for (const event of own)
      expect(event).toMatchObject({ entityId: null, requestId: null, beforeDigest: null, afterDigest: null });
  });

  it('takes an organisation with its memberships, and refuses what is nobody', async () => {
    const database = await context.open();
    const organisations = new Organisations(database);
    const { id } = await organisations.create({ name: WORD, owner: 'bob' });
    await fillTables(database, id);
    const erasures = new Erasures(database);
    const { rows } = await erasures.eraseOwner(id);
    expect(rows).toMatchObject({ organisations: { deleted: 1 }, memberships: { deleted: 1 } });
    expect(tablesWith(await dump(context, database), id)).toEqual([]);
    for (const nobody of [SYSTEM_OWNER, `erased:${newId()}`])
      await expect(erasures.eraseOwner(nobody), nobody).rejects.toThrow(ForbiddenError);
    const { rows: none } = await erasures.eraseOwner('nobody at all');
    expect(none).toEqual({});
  });

  it('goes on where it was stopped, and counts every row once', async () => {
    const database = await context.open();
    await fillTables(database, 'ada');
    const erasures = new Erasures(database);
    const preview = await erasures.preview('ada');
    const stop = new AbortController();
    await expect(
      erasures.eraseOwner('ada', { signal: stop.signal, onProgress: () => stop.abort(new Error('stopped')) }),
    ).rejects.toThrow('stopped');
    expect(Object.keys(await erasures.preview('ada')).length).toBeGreaterThan(3);
    const [unfinished] = await erasures.list();
    expect(unfinished).toMatchObject({ kind: 'owner', completedAt: null });

    const { applied } = await erasures.finish();
    expect(applied).toMatchObject([{ erasure: unfinished!.id }]);
    expect(await erasures.preview('ada')).toEqual({});
    for (const [table, rows] of Object.entries(preview)) {
      if (WRITTEN_BY_ERASING.includes(table)) continue;
      expect(applied[0]!.rows[table], table).toEqual({ deleted: rows, pseudonymised: 0 });
    }
    expect(await erasures.finish()).toEqual({ applied: [] });
  });

  it('can be done again from the ledger, for what a restore brought back', async () => {
    const database = await context.open();
    await fillTables(database, 'zoe');
    await fillTables(database, 'bob');
    const erasures = new Erasures(database);
    await erasures.eraseOwner('zoe');
    const ledger = await erasures.list();
    expect(JSON.stringify(ledger)).not.toContain('zoe');

    const restored = await context.open();
    await fillTables(restored, 'zoe');
    await fillTables(restored, 'bob');
    const others = await stored(context, restored, 'bob');
    const again = new Erasures(restored);
    expect(await again.apply({ ledger, since: new Date(Date.now() + 60_000) })).toEqual({ applied: [] });
    expect(await again.apply({ ledger })).toMatchObject({ applied: [{ erasure: ledger[0]!.id }] });
    expect(await again.preview('zoe')).toEqual({});
    expect(await stored(context, restored, 'bob')).toBe(others);
    expect(await again.list()).toMatchObject([{ id: ledger[0]!.id, appliedAt: expect.any(Date) }]);
    expect(await again.apply()).toEqual({ applied: [] });
  });
});
