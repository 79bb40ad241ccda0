import { expect, it } from 'vitest';
import { Erasures, Jobs, newId, SYSTEM_OWNER } from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';
import { ended, workUntil } from './support.ts';

describeEngines('kernel.erase', ({ open }) => {
  it('erases whom it was asked to, and names them nowhere', async () => {
    const database = await open();
    const now = new Date();
    await database
      .forUser('zoe')
      .run((db) =>
        db.insertInto('conversations').values({ id: newId(), title: 'x', created_at: now, updated_at: now }),
      );
    const erasures = new Erasures(database);
    const { id: erasure } = await erasures.request('zoe');
    const jobs = new Jobs(database);
    const { id } = await jobs.enqueue(SYSTEM_OWNER, 'kernel.erase', {});
    await workUntil(jobs, ended(jobs, SYSTEM_OWNER, id));
    const job = await jobs.get(SYSTEM_OWNER, id);
    expect(job).toMatchObject({
      status: 'completed',
      result: { certificates: [{ erasure, rows: { conversations: { deleted: 1 } } }] },
    });
    expect(JSON.stringify(job)).not.toContain('zoe');
    expect(await erasures.preview('zoe')).toEqual({});
  });
});
