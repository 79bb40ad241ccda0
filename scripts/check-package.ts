/**
 * Packs the built package in the current folder as it would be published, and lets publint and attw look at the
 * tarball: do `exports` lead to files, do types and code agree, does it load as an ES module?
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { readManifest, run, shown } from './workspace.ts';

const folder = process.cwd();
const manifest = readManifest(folder);
const target = mkdtempSync(join(tmpdir(), 'keelson-pack-'));

try {
  if (run('pnpm', ['pack', '--json', '--pack-destination', target], { quiet: true }) !== 0)
    throw new Error(`pnpm could not pack ${manifest.name}.`);
  const tarball = readdirSync(target).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`pnpm packed no tarball of ${manifest.name}.`);
  const path = join(target, tarball);
  const bytes = readFileSync(path);

  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    strict: true,
  });
  for (const message of messages)
    console.error(`${shown(folder)}: publint: ${formatMessage(message, pkg, { color: false })}`);
  if (messages.length > 0) process.exitCode = 1;

  // A program without entry points has no types to look at.
  const hasTypes = Object.values(manifest.exports ?? {}).some((entry) => typeof entry !== 'string');
  if (hasTypes && run('attw', ['--profile', 'esm-only', '--no-emoji', '--format', 'table', path]) !== 0)
    process.exitCode = 1;
} finally {
  rmSync(target, { recursive: true, force: true });
}
