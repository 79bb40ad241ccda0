import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig, readEnvironment } from '../../src/config/index.ts';
import { ConfigurationError } from '../../src/errors/index.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'keelson-env-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function write(content: string, folder = cwd): void {
  writeFileSync(join(folder, '.env'), content);
}

describe('readEnvironment', () => {
  test('gives the environment alone where there is no .env', () => {
    const env = { DATABASE_ECHO: 'true', PATH: '/bin' };
    const read = readEnvironment({ cwd, env });
    expect(read).toEqual(env);
    expect(read).not.toBe(env);
  });

  test('puts .env below the environment, and changes neither', () => {
    write('# the shop\nDATABASE_URL="sqlite:///shop.db" # here\nexport DATABASE_TIMEOUT=5\nDATABASE_ECHO=true\n');
    const env = { DATABASE_ECHO: 'false', DATABASE_TIMEOUT: undefined };
    expect(readEnvironment({ cwd, env })).toEqual({
      DATABASE_URL: 'sqlite:///shop.db',
      DATABASE_TIMEOUT: '5',
      DATABASE_ECHO: 'false',
    });
    expect(env).toEqual({ DATABASE_ECHO: 'false', DATABASE_TIMEOUT: undefined });
    expect(process.env['DATABASE_URL']).not.toBe('sqlite:///shop.db');
  });

  test('takes an empty value of the environment as said on purpose', () => {
    write('DATABASE_URL=sqlite:///shop.db\n');
    expect(readEnvironment({ cwd, env: { DATABASE_URL: '' } })).toEqual({ DATABASE_URL: '' });
  });

  test('looks in KEELSON_HOME', () => {
    const home = join(cwd, 'home');
    mkdirSync(home);
    write('DATABASE_POOL_SIZE=9', home);
    write('DATABASE_POOL_SIZE=1');
    expect(readEnvironment({ cwd, env: { KEELSON_HOME: 'home' } })).toMatchObject({ DATABASE_POOL_SIZE: '9' });
    expect(readEnvironment({ cwd, env: { KEELSON_HOME: home } })).toMatchObject({ DATABASE_POOL_SIZE: '9' });
  });

  test('reads files with a byte order mark and Windows line ends', () => {
    write('\u{FEFF}DATABASE_URL=sqlite:///a.db\r\nDATABASE_POOL_SIZE=7\r\n');
    expect(loadConfig(readEnvironment({ cwd, env: {} }), { cwd }).database).toMatchObject({
      target: { path: join(cwd, 'a.db') },
      pool: { size: 7 },
    });
  });

  test('refuses a line of ours that Node would pass over, by its number', () => {
    write('OTHER\n\nDATABASE_URL sqlite:///a.db\n  DATABASE_ECHO: true\n#DATABASE_TIMEOUT\n');
    const read = () => readEnvironment({ cwd, env: {} });
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow('.env:3: write DATABASE_URL=value');
    expect(read).toThrow('.env:4: write DATABASE_ECHO=value');
  });

  test('refuses a .env that is no file', () => {
    mkdirSync(join(cwd, '.env'));
    expect(() => readEnvironment({ cwd, env: {} })).toThrow(ConfigurationError);
  });

  test('gives what loadConfig takes, faults of the file included', () => {
    write('DATABASE_TIMEOUT=soon\nDATABASE_URL=\n');
    expect(() => loadConfig(readEnvironment({ cwd, env: {} }), { cwd })).toThrow('DATABASE_TIMEOUT is "soon"');
  });
});
