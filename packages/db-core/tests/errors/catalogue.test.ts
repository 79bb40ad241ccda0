import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as everything from '../../src/index.ts';
import {
  asKeelsonError,
  ConflictError,
  defineError,
  errorCatalogue,
  ForeignKeyViolationError,
  ImmutableRowError,
  IntegrityError,
  InternalError,
  KeelsonError,
  type KeelsonErrorClass,
  LockTimeoutError,
  NotFoundError,
  UniqueViolationError,
} from '../../src/errors/index.ts';
import { renderErrorsMarkdown } from '../../src/errors/render.ts';

/** Every class by its exported name. */
const classes = Object.entries(everything).filter(
  ([name]) => name.endsWith('Error') && /^[A-Z]/.test(name) && name !== 'KeelsonError',
) as unknown as [string, KeelsonErrorClass][];

/** Each command has a file of its own. */
const commands = join(import.meta.dirname, '../../../../apps/cli/src/commands');

describe('the catalogue', () => {
  test('has one entry for every class, with the code that its name gives', () => {
    expect(classes.length).toBeGreaterThan(40);
    const codes = classes.map(([name, Class]) => {
      const { code } = new Class('x');
      const expected = name
        .replace(/Error$/, '')
        .replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '_')
        .toUpperCase();
      // What all of a kind have in common is no failure by itself.
      expect(code).toBe(expected === 'EMBEDDER' ? 'EMBEDDER_FAILED' : expected);
      return code;
    });
    expect(errorCatalogue().map((entry) => entry.code)).toEqual(codes.sort());
  });

  test.each(errorCatalogue().map((entry) => [entry.code, entry] as const))(
    '%s says what happened and what to do',
    (_code, entry) => {
      expect(entry.title).toMatch(/^[A-Z].*[^.]$/);
      expect(entry.hint).toMatch(/^[A-Z`].*\.$/s);
      expect(entry.status).toBeGreaterThanOrEqual(400);
      expect(entry.status).toBeLessThan(600);
      expect([1, 2, 3, 4, 5]).toContain(entry.exitCode);
      for (const [, command] of entry.hint.matchAll(/`keelson ([a-z-]+)/g))
        expect(existsSync(join(commands, `${command}.ts`)), command).toBe(true);
    },
  );

  test('calls retriable only what may succeed when it is simply done again', () => {
    const retriable = errorCatalogue().filter((entry) => entry.retriable);
    expect(retriable.map((entry) => entry.code)).toEqual([
      'ALERT_UNDELIVERED',
      'CONNECTION_FAILED',
      'CONNECTION_LOST',
      'CONNECTION_TIMEOUT',
      'DEADLOCK',
      'EMBEDDER_TIMEOUT',
      'EMBEDDER_UNAVAILABLE',
      'IDEMPOTENCY_KEY_BUSY',
      'JOB_TIMEOUT',
      'LOCK_TIMEOUT',
      'MIGRATION_LOCKED',
      'POOL_EXHAUSTED',
      'SERIALIZATION',
      'WORKER_STOPPED',
    ]);
    // A client may try all of them later, which 502, 503 and 504 tell it, and a conflict with what is under way.
    expect(retriable.filter(({ status }) => ![409, 502, 503, 504].includes(status))).toEqual([]);
  });

  test('is what docs/errors.md shows, a row for each code', () => {
    const rows = renderErrorsMarkdown().matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (\d) \| (yes|no) \|/gm);
    const shown = [...rows].map(([, code, status, exitCode, again]) => ({
      code,
      status: Number(status),
      exitCode: Number(exitCode),
      retriable: again === 'yes',
    }));
    expect(shown).toEqual(
      errorCatalogue().map(({ code, status, exitCode, retriable }) => ({ code, status, exitCode, retriable })),
    );
  });
});

describe('an error', () => {
  test('carries message, name, cause, details and the hint of its entry', () => {
    const cause = new Error('SQLITE_BUSY');
    const error = new LockTimeoutError('The file is locked.', { cause, details: { waitedMs: 30 } });
    expect(error).toBeInstanceOf(KeelsonError);
    expect(error).toMatchObject({
      message: 'The file is locked.',
      name: 'LockTimeoutError',
      cause,
      details: { waitedMs: 30 },
      code: 'LOCK_TIMEOUT',
      status: 503,
      exitCode: 1,
      retriable: true,
    });
    expect(error.hint).toContain('DATABASE_TIMEOUT');
    expect(error.stack).toMatch(/^LockTimeoutError: The file is locked\.\n/);
  });

  test('has no cause where none was given, and may bring a hint of its own', () => {
    const error = new ConflictError('Changed.', { hint: 'Fetch version 4.' });
    expect('cause' in error).toBe(false);
    expect(error.hint).toBe('Fetch version 4.');
    expect(new ConflictError('Changed.').hint).not.toBe(error.hint);
  });

  test('of a violation is caught as an integrity error and keeps a code of its own', () => {
    for (const Class of [UniqueViolationError, ForeignKeyViolationError, ImmutableRowError])
      expect(new Class('x')).toBeInstanceOf(IntegrityError);
    expect(new UniqueViolationError('x').code).toBe('UNIQUE_VIOLATION');
    expect(new IntegrityError('x').code).toBe('INTEGRITY');
    expect(new IntegrityError('x')).not.toBeInstanceOf(UniqueViolationError);
    expect(new UniqueViolationError('x')).not.toBeInstanceOf(ForeignKeyViolationError);
  });

  test('of a domain extends not found, and enters the catalogue and its page', () => {
    class ParcelNotFoundError extends defineError(
      {
        code: 'PARCEL_NOT_FOUND',
        title: 'No such parcel',
        status: 404,
        exitCode: 1,
        retriable: false,
        hint: 'List the parcels | that exist.',
      },
      NotFoundError,
    ) {}
    const error = new ParcelNotFoundError('There is no parcel 7.');
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({
      name: 'ParcelNotFoundError',
      code: 'PARCEL_NOT_FOUND',
      hint: 'List the parcels | that exist.',
    });
    expect(errorCatalogue().some((entry) => entry.code === 'PARCEL_NOT_FOUND')).toBe(true);
    expect(renderErrorsMarkdown()).toContain(
      '| `PARCEL_NOT_FOUND` | 404 | 1 | no | No such parcel | List the parcels \\| that exist. |',
    );
  });

  test('may not take the code of another', () => {
    const entry = { code: 'NOT_FOUND', title: 'x', status: 404, exitCode: 1, retriable: false, hint: 'x' };
    expect(() => defineError(entry)).toThrow('NOT_FOUND is defined twice');
  });
});

test('asKeelsonError leaves ours alone and wraps everything else without repeating it', () => {
  const ours = new ConflictError('Changed.');
  expect(asKeelsonError(ours)).toBe(ours);
  for (const thrown of [new TypeError('secret of ada'), 'secret of ada', undefined, null]) {
    const wrapped = asKeelsonError(thrown);
    expect(wrapped).toBeInstanceOf(InternalError);
    expect(wrapped.message).not.toContain('secret');
    expect(wrapped.cause).toBe(thrown ?? (thrown === null ? null : undefined));
  }
});
