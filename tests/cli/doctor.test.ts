import { describeEngine, describeEngines, type EngineContext } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { document, keelson, succeed } from './support/keelson.ts';
import { common, ofFiles, ofServers, pathOf, type Sickness } from './support/sickness.ts';

interface Report {
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly message: string }[];
  readonly checked: readonly string[];
  readonly skipped: readonly string[];
}

/** The tests' server lacks on purpose what makes one safe, and what makes a large one fast. */
const OF_THE_SERVER = [
  'FSYNC_OFF',
  'FULL_PAGE_WRITES_OFF',
  'SYNCHRONOUS_COMMIT_OFF',
  'AUTOVACUUM_OFF',
  'IDLE_IN_TRANSACTION_UNLIMITED',
  'SETTING_LOW',
  'POINT_IN_TIME_RECOVERY_OFF',
  'CHECKSUMS_OFF',
];

function named({ code, names = /./ }: Sickness): unknown {
  return expect.objectContaining({
    code,
    message: expect.stringMatching(names),
    meaning: expect.stringMatching(/\w/),
    remedy: expect.stringMatching(/\w/),
  });
}

interface Diagnosis {
  readonly findings: Report['findings'];
  /** What it took for a sickness besides. */
  readonly others: readonly string[];
}

async function diagnosed(context: EngineContext, sickness: Sickness, ignored: readonly string[]): Promise<Diagnosis> {
  const url = await context.url();
  await sickness.prepare(url, context);
  const args = ['doctor', ...(ignored.length === 0 ? [] : ['--ignore', ignored.join(',')])];
  const { findings } = await document<Report>(args, { url, code: 5, env: sickness.env ?? {} });
  const expected = [sickness.code, ...(sickness.also ?? [])];
  return { findings, others: findings.map(({ code }) => code).filter((code) => !expected.includes(code)) };
}

describeEngines('keelson doctor', (context) => {
  const ignored = context.engine === 'sqlite' ? [] : OF_THE_SERVER;

  it('finds nothing where there is nothing', async () => {
    const url = await context.url();
    const args = ignored.length === 0 ? [] : ['--ignore', ignored.join(',')];
    const report = await document<Report>(['doctor', '--thorough', ...args], { url });
    expect(report).toMatchObject({ findings: [], skipped: [] });
    expect(report.checked).toContain('migrations');
    expect((await succeed(['doctor', ...args], { url })).stdout).toMatch(/^Nothing found; looked at \d+ things\.$/m);
  });

  it('says of a database that is not there what to do, and what it could not look at', async () => {
    const url = context.engine === 'sqlite' ? 'sqlite:////nowhere/at/all.db' : 'postgresql://ada@127.0.0.1:1/shop';
    const env = { DATABASE_INIT_RETRY_COUNT: '0' };
    const report = await document<Report>(['doctor'], { url, env, code: 5 });
    const code = context.engine === 'sqlite' ? 'DATABASE_NOT_FOUND' : 'CONNECTION_FAILED';
    expect(report.findings).toMatchObject([{ code, severity: 'error', remedy: expect.stringMatching(/\w/) }]);
    expect(report.skipped).toContain('schema');
  });

  for (const sickness of common(context)) {
    it(`names ${sickness.code}`, async () => {
      const { findings, others } = await diagnosed(context, sickness, ignored);
      expect(findings).toContainEqual(named(sickness));
      expect(others).toEqual([]);
    });
  }
});

describeEngine('sqlite', 'keelson doctor', (context) => {
  for (const [index, sickness] of ofFiles.entries()) {
    it(`names ${sickness.code} (${index})`, async () => {
      const { findings, others } = await diagnosed(context, sickness, []);
      expect(findings).toContainEqual(named(sickness));
      expect(others).toEqual([]);
    });
  }

  it('shows what it found, what that means and what to do', async () => {
    const url = await context.emptyUrl();
    await context.raw(url).query('PRAGMA user_version = 1');
    const report = await document<Report>(['doctor', '--severity', 'error'], { url, code: 5 });
    expect(report.findings).toMatchObject([{ code: 'FILE_PERMISSIONS' }, { code: 'DATABASE_EMPTY' }]);
    const { code, stdout } = await keelson(['doctor', '--severity', 'error'], { url });
    expect(code).toBe(5);
    expect(stdout).toMatch(/^error FILE_PERMISSIONS {2}Modes that are too wide: .*0644/m);
    expect(stdout).toContain(`→ chmod 600 '${pathOf(url)}'`);
    expect(stdout).toMatch(/^2 findings\.$/m);
  });
});

describeEngine('postgres', 'keelson doctor', (context) => {
  for (const sickness of ofServers) {
    it(`names ${sickness.code}`, async () => {
      const ignored = OF_THE_SERVER.filter((code) => code !== sickness.code);
      const { findings, others } = await diagnosed(context, sickness, ignored);
      expect(findings).toContainEqual(named(sickness));
      expect(others).toEqual([]);
    });
  }
});
