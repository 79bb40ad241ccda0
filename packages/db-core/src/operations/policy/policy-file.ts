import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ConfigurationError } from '../../errors/index.ts';

export const POLICY_FILE = 'keelson.policy.json';

const exception = z.strictObject({
  path: z
    .string('must be text')
    .min(1, 'must not be empty')
    .regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^\\]+$/, 'must be a path inside the repository, with slashes'),
  reason: z.string('must be text').min(10, 'must say why, in at least 10 characters'),
});

const policySchema = z.strictObject({
  $schema: z.string().optional(),
  /** The database files that there may be. */
  databases: z.array(exception, 'must be a list').default([]),
  /** Files, and folders with a slash at the end, whose code may open a database. */
  code: z.array(exception, 'must be a list').default([]),
});

export type Policy = Readonly<Omit<z.output<typeof policySchema>, '$schema'>>;

/** What holds where there is no file: the central database, that of the tests, and the quality monitor's. */
const DEFAULTS: Policy = {
  databases: [
    { path: 'data/keelson.db', reason: 'the central database' },
    { path: 'data/keelson_test.db', reason: 'the database of the tests' },
    { path: 'data/quality_monitor.db', reason: 'what watches the database is kept apart from it' },
  ],
  code: [],
};

/** @throws ConfigurationError that names every fault of the file */
export function readPolicy(root: string): Policy {
  const path = join(root, POLICY_FILE);
  if (!existsSync(path)) return DEFAULTS;
  const parsed = policySchema.safeParse(parsedJson(path));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'} ${issue.message}`);
  throw new ConfigurationError(`${POLICY_FILE} can't be used: ${faults.join('; ')}.`, {
    hint: 'It has the lists databases and code, each with {"path","reason"}.',
  });
}

function parsedJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new ConfigurationError(`${path} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    });
  }
}
