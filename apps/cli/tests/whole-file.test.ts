import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { expect, it, onTestFinished } from 'vitest';
import { UsageError } from '../src/errors.ts';
import { writeFileWhole } from '../src/whole-file.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'keelson-whole-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

it('a file is there when it is whole, and replaced only where that is asked for', async () => {
  const path = join(folder(), 'x.json');
  await writeFileWhole(path, pieces('a', 'b'), { overwrite: false });
  await expect(writeFileWhole(path, pieces('c'), { overwrite: false })).rejects.toThrow('is there already');
  expect(readFileSync(path, 'utf8')).toBe('ab');
  await writeFileWhole(path, pieces('c'), { overwrite: true });
  expect(readFileSync(path, 'utf8')).toBe('c');
});

it('a socket, a device or a folder is never replaced, not even through a link', async () => {
  const place = folder();
  writeFileSync(join(place, 'kept'), 'kept');
  const link = join(place, 'link');
  const socket = join(place, 'socket');
  const server = createServer();
  onTestFinished(() => void server.close());
  await once(server.listen(socket), 'listening');
  symlinkSync(socket, link);
  for (const path of [socket, link, place, '']) {
    for (const overwrite of [true, false])
      await expect(writeFileWhole(path, pieces('c'), { overwrite }), path).rejects.toThrow(UsageError);
  }
  expect(statSync(link).isSocket()).toBe(true);
  expect(readdirSync(place).toSorted()).toEqual(['kept', 'link', 'socket']);
});

it('what was begun is removed also when the process ends in the middle, as after Ctrl-C', () => {
  const place = folder();
  const script = `
    import { writeFileWhole } from ${JSON.stringify(new URL('../src/whole-file.ts', import.meta.url).href)};
    async function* pieces() {
      yield Buffer.from('a');
      process.exit(130);
    }
    await writeFileWhole(${JSON.stringify(join(place, 'x.json'))}, pieces(), { overwrite: false });`;
  const node = ['--conditions=keelson-source', '--input-type=module', '--eval', script];
  expect(spawnSync(process.execPath, node).status).toBe(130);
  expect(readdirSync(place)).toEqual([]);
});
