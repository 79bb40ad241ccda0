import { expect, it } from 'vitest';
import { Audit, type DatabaseEvent, SYSTEM_OWNER, SystemAccessRecorder } from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

describeEngines('the recorder of system accesses', (context) => {
  it('writes one event for each reason, with how often, and none of its own accesses', async () => {
    const seen: DatabaseEvent[] = [];
    const accesses = new SystemAccessRecorder({ next: (event) => void seen.push(event) });
    const database = await context.open({ onEvent: accesses.listener });
    accesses.start(database);
    for (let time = 0; time < 3; time += 1) database.system('test: often');
    database.system('test: once\u0000\ud800');
    await accesses.flush();
    database.system('test: often');
    await accesses.stop();
    const written = await new Audit(database).list(SYSTEM_OWNER);
    const facts = written.items.map(({ actorId, action, entityId, times }) => [actorId, action, entityId, times]);
    expect(facts.toReversed().map((fact) => fact.slice(2))).toEqual(
      expect.arrayContaining([
        ['test: often', 3],
        ['test: once \ufffd', 1],
        ['test: often', 1],
      ]),
    );
    expect(facts).toHaveLength(3);
    expect(facts[0]?.slice(0, 2)).toEqual([SYSTEM_OWNER, 'system-access']);
    expect(seen.filter(({ type }) => type === 'system-access')).toHaveLength(5);
    // Writing is no access, so that there is nothing left to write.
    await accesses.flush();
    expect((await new Audit(database).list(SYSTEM_OWNER)).items).toHaveLength(3);
  });

  it('keeps what can not be written for the next time, and is in the way of nobody', async () => {
    const accesses = new SystemAccessRecorder();
    const database = await context.open({ onEvent: accesses.listener });
    const raw = context.raw(database.config.target.url);
    accesses.start(database);
    database.system('test: kept');
    await raw.query('ALTER TABLE audit_events RENAME TO audit_events_away');
    await accesses.flush();
    await raw.query('ALTER TABLE audit_events_away RENAME TO audit_events');
    database.system('test: kept');
    await accesses.stop();
    expect((await new Audit(database).list(SYSTEM_OWNER)).items).toMatchObject([{ entityId: 'test: kept', times: 2 }]);
  });

  it('takes no part in the transaction during which it writes', async () => {
    const accesses = new SystemAccessRecorder();
    const database = await context.open({ onEvent: accesses.listener });
    accesses.start(database);
    const failure = new Error('mine');
    let flushed: Promise<void> | undefined;
    const work = database.transaction('ada', async () => {
      database.system('test: inside');
      flushed = accesses.flush();
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    await flushed;
    expect((await new Audit(database).list(SYSTEM_OWNER)).items).toHaveLength(1);
    await accesses.stop();
  });

  it('holds a bounded number of reasons', async () => {
    const accesses = new SystemAccessRecorder();
    const database = await context.open({ onEvent: accesses.listener });
    accesses.start(database);
    for (let number = 0; number < 500; number += 1) database.system(`test: ${number}`);
    await accesses.stop();
    const { items } = await new Audit(database).list(SYSTEM_OWNER, { limit: 500 });
    expect(items).toHaveLength(201);
    expect(items.reduce((sum, { times }) => sum + times, 0)).toBe(500);
  });
});
