import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** What the processes of one test run share. It goes through the environment, so that every worker and child has it. */
export interface TestRun {
  /** Part of the names of its databases. */
  readonly id: string;
  /** For SQLite files; for this user only. */
  readonly folder: string;
  /** A database of the server, for a user who may create others; undefined when no server was started. */
  readonly serverUrl: string | undefined;
}

const SERVER = 'KEELSON_TEST_POSTGRES_URL';
const FOLDER = 'KEELSON_TEST_FOLDER';
const ID = 'KEELSON_TEST_RUN_ID';

/** The server that the environment names, if it does. */
export function givenServer(): string | undefined {
  return nonEmpty(process.env[SERVER]);
}

/** Has a global setup of this run been here before? */
export function isAnnounced(): boolean {
  return nonEmpty(process.env[ID]) !== undefined;
}

export function announce(run: TestRun): void {
  process.env[ID] = run.id;
  process.env[FOLDER] = run.folder;
  if (run.serverUrl !== undefined) process.env[SERVER] = run.serverUrl;
}

/** Ends what `announce` began; another run in this process then starts anew. */
export function withdraw({ serverUrl }: TestRun, given: string | undefined): void {
  delete process.env[ID];
  delete process.env[FOLDER];
  if (given === undefined && serverUrl !== undefined) delete process.env[SERVER];
}

export function newRunId(): string {
  return randomBytes(4).toString('hex');
}

export function newRunFolder(): string {
  return mkdtempSync(join(tmpdir(), 'keelson-test-'));
}

let ownRun: TestRun | undefined;

/** The run that this process belongs to. Without the global setup each process is a run of its own, with SQLite only. */
export function currentRun(): TestRun {
  const { [ID]: id, [FOLDER]: folder } = process.env;
  if (id !== undefined && folder !== undefined) return { id, folder, serverUrl: givenServer() };
  ownRun ??= startOwnRun();
  return ownRun;
}

function startOwnRun(): TestRun {
  const folder = newRunFolder();
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return { id: newRunId(), folder, serverUrl: undefined };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
