import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { succeed } from '../cli/support/keelson.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The commands that there are, by the command line's own help. */
async function commandNames(): Promise<ReadonlySet<string>> {
  const { stdout } = await succeed(['--help']);
  const list = stdout.slice(stdout.indexOf('\nCommands:'));
  return new Set([...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name!));
}

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** A Dockerfile's instructions, without comments and with continued lines joined. */
function instructionsOf(text: string): Instruction[] {
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => /^(?<name>\S+)\s+(?<text>.*)$/.exec(line)!.groups as unknown as Instruction);
}

const KNOWN = [
  'FROM',
  'WORKDIR',
  'COPY',
  'RUN',
  'ENV',
  'USER',
  'VOLUME',
  'EXPOSE',
  'HEALTHCHECK',
  'STOPSIGNAL',
  'ENTRYPOINT',
  'CMD',
];

describe('the Dockerfile', () => {
  const instructions = instructionsOf(read('Dockerfile'));
  const texts = (name: string): string[] => instructions.filter((each) => each.name === name).map(({ text }) => text);

  it('has only instructions that there are, and stages that it names', () => {
    expect(instructions.filter(({ name }) => !KNOWN.includes(name))).toEqual([]);
    const stages = texts('FROM').map((text) => /^\S+ AS (\w+)$/.exec(text)?.[1]);
    expect(stages).toEqual(['build', 'runtime']);
    for (const copy of texts('COPY')) {
      const from = /--from=(\w+)/.exec(copy)?.[1];
      if (from !== undefined) expect(stages).toContain(from);
    }
  });

  it('copies only what is there, and the manifest of every package', () => {
    const copied = texts('COPY')
      .filter((text) => !text.includes('--from='))
      .flatMap((text) => text.split(/\s+/).slice(0, -1));
    for (const path of copied) expect(existsSync(join(root, path)), path).toBe(true);
    const manifests = globSync(['packages/*/package.json', 'apps/*/package.json', 'tests/package.json'], { cwd: root });
    expect(copied).toEqual(expect.arrayContaining(manifests));
  });

  it('runs as nobody special, with the pinned pnpm, and looks at /livez', async () => {
    const last = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));
    expect(last.find(({ name }) => name === 'USER')?.text).toBe('node');
    const { packageManager } = JSON.parse(read('package.json')) as { packageManager: string };
    for (const run of texts('RUN').filter((text) => text.includes('pnpm'))) expect(run).toContain(packageManager);
    for (const name of ['HEALTHCHECK', 'ENTRYPOINT', 'CMD'] as const) {
      const [text] = texts(name);
      expect(JSON.parse(text!.slice(text!.indexOf('['))), name).toBeInstanceOf(Array);
    }
    expect(texts('HEALTHCHECK')[0]).toContain('/livez');
    expect(existsSync(join(root, 'apps/cli/bin/keelson.js'))).toBe(true);
    expect(await commandNames()).toContain((JSON.parse(texts('CMD')[0]!) as string[])[0]);
  });

  it('leaves out of the image what is only here', () => {
    const ignored = read('.dockerignore').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['**/node_modules', '.git', '.env', 'data', '**/*.db']));
  });
});

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

describe('the compose file', () => {
  const compose = parse(read('compose.yaml'), { merge: true }) as Compose;
  const own = Object.entries(compose.services).filter(([, service]) => service.build !== undefined);

  it('names commands, volumes and services that there are', async () => {
    const commands = await commandNames();
    expect(own.map(([name]) => name)).toEqual(['migrate', 'api', 'worker']);
    for (const [name, { command, volumes, depends_on: after }] of own) {
      expect(commands, name).toContain(command?.[0]);
      for (const volume of volumes ?? []) expect(compose.volumes, name).toHaveProperty(volume.split(':')[0]!);
      for (const other of Object.keys(after ?? {})) expect(compose.services, name).toHaveProperty(other);
    }
  });

  it('names settings that there are', () => {
    const settings = read('docs/configuration.md');
    for (const [name, { environment }] of own)
      for (const setting of Object.keys(environment ?? {})) expect(settings, name).toContain(`\`${setting}\``);
  });

  it('gives PostgreSQL the settings that the documentation explains', () => {
    const { image, command = [] } = compose.services['postgres']!;
    expect(image).toBe('postgres:18');
    const set = command.filter((word) => word.includes('='));
    expect(set).toEqual(
      expect.arrayContaining([
        'shared_buffers=256MB',
        'effective_cache_size=1GB',
        'work_mem=8MB',
        'maintenance_work_mem=128MB',
        'max_connections=100',
      ]),
    );
    for (const setting of set) expect(read('docs/deployment.md')).toContain(`\`${setting.split('=')[0]}\``);
  });
});

describe('the systemd units', () => {
  const units = globSync('deploy/systemd/*.service', { cwd: root }).sort();

  it('run commands that there are, as a user of their own, and are described', async () => {
    expect(units).toEqual(['deploy/systemd/keelson-api.service', 'deploy/systemd/keelson-worker.service']);
    const commands = await commandNames();
    for (const unit of units) {
      const text = read(unit);
      expect(commands).toContain(/^ExecStart=\/usr\/bin\/env keelson (\S+)$/m.exec(text)?.[1]);
      expect(text).toMatch(/^User=keelson$/m);
      for (const setting of text.matchAll(/^Environment=(\w+)=/gm))
        expect(`${read('docs/configuration.md')} \`NODE_ENV\``).toContain(`\`${setting[1]}\``);
      expect(read('docs/deployment.md')).toContain(unit);
    }
  });

  it('are understood by systemd, where there is one', () => {
    const { error, status, stderr } = spawnSync('systemd-analyze', ['verify', ...units], {
      cwd: root,
      encoding: 'utf8',
    });
    const said = (error === undefined ? stderr : '').split('\n').filter((line) => line.includes('keelson-'));
    expect(said).toEqual([]);
    if (error === undefined && said.length === 0) expect(status).not.toBeNull();
  });
});

describe('what is written about deployment', () => {
  it('names files and commands that there are', async () => {
    const text = read('docs/deployment.md');
    const commands = await commandNames();
    for (const [, name] of text.matchAll(/(?:`|^| )keelson ([a-z][a-z-]+)/gm)) expect(commands, name).toContain(name);
    for (const [, path] of text.matchAll(/\]\((?!http)([^)]+)\)/g))
      expect(existsSync(join(root, 'docs', path!)), path).toBe(true);
    for (const [path] of text.matchAll(/deploy\/systemd\/[\w-]+\.service/g))
      expect(existsSync(join(root, path))).toBe(true);
    for (const name of ['Dockerfile', 'compose.yaml']) expect(existsSync(join(root, name))).toBe(true);
  });
});
