/**
 * `pnpm bench [NAME…] [--json]`: how long Keelson takes, as a multiple of what others take for the same work in the same
 * run, and what the kernel's mechanisms cost and give. A missed target is said and doesn't fail: a busy machine must not.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { mechanismIds, type MeasuredMechanism, runMechanisms } from './mechanisms/run.ts';
import { type Failures, jsonReport, type Measured, tableReport } from './report.ts';
import { note, runEngine } from './run.ts';
import { facadeScenarios, isChosen, kernelScenarios } from './scenarios.ts';

const FAILED = 1;
const USAGE = 2;

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const ids = [...[...kernelScenarios, ...facadeScenarios].map(({ id }) => id), ...mechanismIds()];
  const unknown = positionals.filter((name) => !ids.some((id) => isChosen(id, [name])));
  if (unknown.length > 0) {
    console.error(
      `There is no benchmark ${unknown.join(', ')}. There are: ${ids.join(', ')}; parts of these names do too.`,
    );
    process.exitCode = USAGE;
    return;
  }
  const measured: Measured[] = [];
  const mechanisms: MeasuredMechanism[] = [];
  const failures: Failures = {};
  for (const engine of ['sqlite', 'postgres'] as const) {
    try {
      measured.push(...(await runEngine(engine, positionals, failures)));
    } catch (error) {
      note(failures, engine, error);
    }
  }
  for (const engine of ['sqlite', 'postgres'] as const) {
    try {
      mechanisms.push(...(await runMechanisms(engine, positionals, failures)));
    } catch (error) {
      note(failures, `${engine}, mechanisms`, error);
    }
  }
  if (Object.keys(failures).length > 0) process.exitCode = FAILED;
  const report = { measured, mechanisms, failures };
  console.log(values.json ? JSON.stringify(jsonReport(report), null, 2) : tableReport(report));
}

function readArguments(): { values: { json: boolean }; positionals: string[] } {
  const args = process.argv.slice(2).filter((argument) => argument !== '--');
  return parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean', default: false } } });
}

// Ctrl-C ends through `exit`, so that the temporary files go.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
await main();
