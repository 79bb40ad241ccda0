/**
 * `full-disk-process.ts SMALL sqlite|postgres ELSEWHERE`: does each operation on a database that is on a small disk, which
 * is full, and again when there is room. Prints a line for each, of what came of it.
 */
import process from 'node:process';
import { asKeelsonError } from '@keelson/db-core';
import { say } from '../support/script.ts';
import { FullDisk } from './full-disk.ts';
import { operations } from './full-disk-operations.ts';
import { placeOn } from './full-disk-places.ts';

/** What the test looks at. */
export interface FullDiskOutcome {
  readonly operation: string;
  /** What it ended with while the disk was full; undefined when it found a way. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly hint: string | undefined;
  /** What was half done or lost then, and after there was room again; nothing is what a test wants. */
  readonly faults: readonly string[];
}

const [small = '', engine = '', elsewhere = ''] = process.argv.slice(2);
const place = await placeOn(engine, small);
for (const [name, prepare] of Object.entries(operations)) {
  const url = await place.create(name);
  const disk = new FullDisk(small);
  const faults: string[] = [];
  const { run, lookWhileFull, lookAfter, close } = await prepare({ url, small, elsewhere });
  await disk.fill();
  const failure = await run().then(
    () => undefined,
    (error: unknown) => asKeelsonError(error),
  );
  faults.push(...(await lookWhileFull(failure === undefined)).map((fault) => `while it was full: ${fault}`));
  disk.free();
  if (failure !== undefined)
    await run().catch((error: unknown) => faults.push(`with room again: ${asKeelsonError(error).message}`));
  faults.push(...(await lookAfter()).map((fault) => `with room again: ${fault}`));
  await close();
  await place.drop(name);
  const { code, message, hint } = failure ?? {};
  say({ operation: name, code, message, hint, faults } satisfies FullDiskOutcome);
}
await place.close();
