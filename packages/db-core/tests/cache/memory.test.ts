import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, 'memory-process.ts');
const MIB = 1_048_576;

async function fill(hotBytes: number, warmBytes: number): Promise<{ estimated: number; grown: number }> {
  const args = ['--expose-gc', '--conditions=keelson-source', script, String(hotBytes), String(warmBytes)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as { estimated: number; grown: number };
}

describe('the bytes that the cache counts', () => {
  it.each([
    ['objects', 6 * MIB, 0],
    ['compressed buffers', 65_536, 8 * MIB],
  ])('are those that %s take', { timeout: 120_000 }, async (_, hot, warm) => {
    const { estimated, grown } = await fill(hot, warm);
    expect(estimated).toBeLessThanOrEqual(hot + warm);
    expect(estimated).toBeGreaterThan((hot + warm) * 0.9);
    const share = grown / estimated;
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(1.3);
  });
});
