import { type Database, defineQuery, newId, openDatabase } from '@keelson/db-core';
import { startReplicatedServer } from '@keelson/db-core/testing';
import type { Figures, MechanismStage } from './contract.ts';

const USER = 'ada';
const ROUNDS = 15;
const READS = 400;
const WRITES = 40;

const insert = defineQuery('bench.insert', (db, p: { id: string; at: Date }) =>
  db.insertInto('conversations').values({ id: p.id, title: 'Chat', created_at: p.at, updated_at: p.at }),
);
const findTitle = defineQuery('bench.findTitle', (db, p: { id: string }) =>
  db.selectFrom('conversations').select(['id', 'title', 'status', 'created_at']).where('id', '=', p.id),
);
const rename = defineQuery('bench.rename', (db, p: { id: string; title: string }) =>
  db.updateTable('conversations').set({ title: p.title }).where('id', '=', p.id),
);

/**
 * What it costs to choose where to read: a point read through the replica as a multiple of one from the primary, with both
 * on this machine; and how soon after a write its user's reads leave the primary again.
 */
export async function replicasFigures(stage: MechanismStage): Promise<Figures> {
  // The stage's own server keeps no log to stream.
  stage.log('starting a server and its replica');
  const server = await startReplicatedServer();
  try {
    const replica = await server.addReplica();
    await using alone = openDatabase({ url: server.url, env: {} });
    await using database = openDatabase({ url: server.url, readUrl: replica.url, env: {} });
    const id = newId();
    await alone.forUser(USER).run(insert, { id, at: new Date() });
    const scaled = (count: number): number => Math.max(2, Math.ceil(count * stage.scale));
    await untilServed(database, id);
    stage.log('reading');
    const [primaryUs, replicaUs] = await reads([alone, database], id, scaled(ROUNDS), scaled(READS));
    stage.log('writing and reading');
    const backMs = await timesToReturn(database, id, scaled(WRITES));
    return {
      'postgres.replicas.pointRead.primaryUs': primaryUs,
      'postgres.replicas.pointRead.replicaUs': replicaUs,
      'postgres.replicas.pointRead.vsPrimary': replicaUs / primaryUs,
      'postgres.replicas.afterWrite.p50Ms': at(backMs, 0.5),
      'postgres.replicas.afterWrite.p95Ms': at(backMs, 0.95),
    };
  } finally {
    await server.stop();
  }
}

/** Microseconds for one read of each, in the middle one of the rounds; they take turns. */
async function reads(
  databases: readonly [Database, Database],
  id: string,
  rounds: number,
  times: number,
): Promise<readonly [number, number]> {
  const taken: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    for (const place of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const user = databases[place].forUser(USER);
      // What has not been read for a while is looked at anew first.
      await (place === 1 ? untilServed(databases[1], id) : user.first(findTitle, { id }));
      const started = performance.now();
      for (let time = 0; time < times; time += 1) await user.first(findTitle, { id });
      taken[place].push(((performance.now() - started) * 1000) / times);
    }
  }
  return [at(taken[0], 0.5), at(taken[1], 0.5)];
}

async function timesToReturn(database: Database, id: string, times: number): Promise<number[]> {
  const taken: number[] = [];
  for (let time = 0; time < times; time += 1) {
    await database.forUser(USER).run(rename, { id, title: String(time) });
    const started = performance.now();
    await untilServed(database, id);
    taken.push(performance.now() - started);
  }
  return taken;
}

async function untilServed(database: Database, id: string): Promise<void> {
  const served = (): number => database.replicas().reduce((sum, { reads: each }) => sum + each, 0);
  const before = served();
  for (let attempt = 0; attempt < 20_000 && served() === before; attempt += 1)
    await database.forUser(USER).first(findTitle, { id });
  if (served() === before) throw new Error('The replica answers no reads.');
}

function at(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
