/** `memory-process.ts HOT WARM`: fills the tiers and prints how much they say they take, and how much the heap grew. Run with `--expose-gc`. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalTiers } from '../../src/cache/tiers.ts';

const [hotBytes = 0, warmBytes = 0] = process.argv.slice(2).map(Number);
const gc = (globalThis as unknown as { gc: () => void }).gc;

/** As a driver gives it: nothing of it is shared with another row. */
function row(index: number): unknown {
  const text = Array.from({ length: 60 }, (_, word) => `word${(index * 31 + word * 17) % 9973}`).join(' ');
  return JSON.parse(
    JSON.stringify({
      id: `01932d2a-0000-7000-8000-${String(index).padStart(12, '0')}`,
      text,
      n: index,
      at: 1.5,
      ok: true,
      none: null,
      list: [1, 2, { a: text.slice(0, 20) }],
    }),
  ) as unknown;
}

async function used(): Promise<number> {
  for (let turn = 0; turn < 3; turn += 1) {
    gc();
    await sleep(50);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function fill(tiers: LocalTiers, count: number): void {
  for (let index = 0; index < count; index += 1) {
    tiers.set(`ada\ntest 1\n{"id":"${index}"}`, row(index), {
      dependencies: [`ada\nconversations\n${index}`],
      mayBeStale: false,
    });
  }
}

// What is taken once, for code and buffers, isn't the tiers'.
fill(new LocalTiers({ hotBytes, warmBytes }), 500);
const tiers = new LocalTiers({ hotBytes, warmBytes });
const before = await used();
fill(tiers, 16_000);
const grown = (await used()) - before;
const { bytes, entries } = tiers.figures;
process.stdout.write(JSON.stringify({ estimated: bytes.hot + bytes.warm, grown, entries }));
