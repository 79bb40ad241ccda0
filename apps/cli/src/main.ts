import process from 'node:process';
import { nodeComplaint } from './node-version.ts';

if (nodeComplaint === undefined) {
  // What was compiled once is kept (in the folder for temporary files): starting takes half the time from then on.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache();
  const { main } = await import('./run.ts');
  await main(process.argv.slice(2));
} else {
  process.stderr.write(`${nodeComplaint}\n`);
  process.exitCode = 1;
}
