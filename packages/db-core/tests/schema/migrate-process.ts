/** Migrates as a process of its own: `migrate-process.ts URL quick|slow|loose`. Prints the names of what it ran. */
import process from 'node:process';
import { bareEngine, run } from './bare-engine.ts';
import { slowMigrations, waitToBeKilled } from './slow-migrations.ts';

const [url = '', how = ''] = process.argv.slice(2);
const migrations = slowMigrations(how !== 'loose', how === 'quick' ? () => Promise.resolve() : waitToBeKilled);
const engine = bareEngine(url);
await engine.open();
const { done } = await run(engine, migrations);
process.stdout.write(`${JSON.stringify(done.map(({ name }) => name))}\n`);
await engine.close();
