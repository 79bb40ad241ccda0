import process from 'node:process';
import { nodeComplaint } from './node-version.ts';

if (nodeComplaint === undefined) {
  const { main } = await import('./run.ts');
  await main(process.argv.slice(2));
} else {
  process.stderr.write(`${nodeComplaint}\n`);
  process.exitCode = 1;
}
