import { defineQuery, newId, openDatabase } from '@keelson/db-core';
import { Metrics } from '@keelson/db-core/metrics';
import { costOf, scaled } from './compare.ts';
import type { Figures, MechanismStage } from './contract.ts';

const insert = defineQuery('benchmark.insertConversation', (db, p: { id: string; now: Date }) =>
  db.insertInto('conversations').values({ id: p.id, title: 'a title', created_at: p.now, updated_at: p.now }),
);
const find = defineQuery('benchmark.findConversation', (db, p: { id: string }) =>
  db.selectFrom('conversations').select(['id', 'title', 'created_at']).where('id', '=', p.id),
);

/** What it costs that somebody counts. There is no target for it. */
export async function metricsFigures({ engine, scale, url, log }: MechanismStage): Promise<Figures> {
  const place = await url();
  await using counted = openDatabase({ url: place, env: {} });
  await using plain = openDatabase({ url: place, env: {} });
  const metrics = new Metrics(counted);
  try {
    const id = newId();
    await plain.forUser('ada').run(insert, { id, now: new Date() });
    log('point reads, counted and not');
    const pointReadRatio = await costOf({
      with: counted.forUser('ada'),
      without: plain.forUser('ada'),
      warmUp: scaled(20, scale, 1),
      rounds: scaled(61, scale, 3),
      operations: scaled(engine === 'sqlite' ? 2000 : 200, scale, 5),
      prepare: () => ({ id }),
      run: (user, params) => user.first(find, params),
    });
    return { [`${engine}.metrics.pointReadRatio`]: pointReadRatio };
  } finally {
    metrics.close();
  }
}
