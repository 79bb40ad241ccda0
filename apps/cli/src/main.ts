import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { nodeComplaint } from './node-version.ts';

const args = process.argv.slice(2);
if (nodeComplaint !== undefined) {
  process.stderr.write(`${nodeComplaint}\n`);
  process.exitCode = 1;
} else if (args.length === 1 && ['--version', '-V'].includes(args[0] ?? '')) {
  // Asked for by scripts; nothing else needs to be loaded for it.
  const { version } = await import('./version.ts');
  process.stdout.write(`${version}\n`);
} else {
  // What was compiled once is kept, in a folder that only this user writes: starting takes half the time from then on.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(join(homedir(), '.cache', 'keelson'));
  const { main } = await import('./run.ts');
  await main(args);
}
