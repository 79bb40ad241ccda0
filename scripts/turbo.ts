/** `node scripts/turbo.ts …`: turbo, without its telemetry on every system. */
import process from 'node:process';
import { run, workspaceRoot } from './workspace.ts';

process.exitCode = run('turbo', process.argv.slice(2), { cwd: workspaceRoot });
