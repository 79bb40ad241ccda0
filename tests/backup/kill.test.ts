import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  backupDatabase,
  ensureIdentity,
  loadDatabaseConfig,
  openDatabase,
  restoreBackup,
  takeBackup,
  takeIncrement,
  verifyBackup,
} from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { isLong } from '../faults/form.ts';
import { seeded } from '../kill/seeded.ts';
import { faultsIn, sessionsEnd } from '../kill/sound.ts';
import { Child } from '../support/child.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { fill, seen } from './content.ts';

/** `pnpm test:faults` looks harder, and so does `KEELSON_KILL_ROUNDS=50`. */
const ROUNDS = Number(process.env['KEELSON_KILL_ROUNDS'] ?? (isLong ? 50 : 4));
const SEED = Number(process.env['KEELSON_KILL_SEED'] ?? 1);
const ROUND_MS = 20_000;
const SOON_MS = 900;

const backingUp = join(import.meta.dirname, 'backing-up-process.ts');
const restoring = join(import.meta.dirname, 'restoring-process.ts');

function backupsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => !name.startsWith('.'));
}

describeEngines('killed at any moment', (context) => {
  it(`a backup is whole or isn't there (${ROUNDS} times)`, { timeout: 60_000 + ROUNDS * ROUND_MS }, async () => {
    const random = seeded(SEED);
    const folder = freshFolder();
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    await ensureIdentity(database, 'test');
    await fill(database, 20);
    // What the first increment goes on from.
    const told = new Set([(await takeBackup(database, { folder })).file]);
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = new Child(backingUp, [url, folder]);
      await child.line(1);
      await sleep(random() * SOON_MS);
      const { lines } = await child.kill();
      for (const file of lines.slice(1)) told.add(file);
      const found = backupsIn(folder);
      expect([...told].filter((file) => !found.includes(file.slice(folder.length + 1)))).toEqual([]);
    }
    // Increments fit what they go on from, too.
    for (const name of backupsIn(folder)) await verifyBackup(join(folder, name));
    const copy = await context.emptyUrl();
    await restoreBackup(folder, { config: loadDatabaseConfig({ url: copy, env: {} }) });
    expect(await faultsIn(context, copy)).toEqual([]);
    // Whoever comes next clears away what was left.
    await backupDatabase(database, { folder });
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it(`a restore has happened or hasn't (${ROUNDS} times)`, { timeout: 60_000 + ROUNDS * ROUND_MS }, async () => {
    const random = seeded(SEED + 1);
    const folder = freshFolder();
    const url = await context.url();
    const states: string[] = [];
    const files: string[] = [];
    for (const make of [backupDatabase, takeIncrement]) {
      await using database = openDatabase({ url, env: {} });
      await ensureIdentity(database, 'test');
      await fill(database, 3);
      const { file, takenAt } = await make(database, { folder });
      // The increment is reached from the full one.
      files.push(files[0] === undefined ? file : `${files[0]}@${takenAt.toISOString()}`);
      states.push(JSON.stringify(await seen(database)));
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = new Child(restoring, [url, ...files]);
      await child.line(1);
      await sleep(random() * SOON_MS);
      await child.kill();
      await sessionsEnd(context, url);
      expect(await faultsIn(context, url), `seed ${SEED}, round ${round}`).toEqual([]);
      await using database = openDatabase({ url, env: {} });
      expect(states, `seed ${SEED}, round ${round}`).toContain(JSON.stringify(await seen(database)));
    }
  });
});
