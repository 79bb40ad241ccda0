import assert from 'node:assert/strict';
import type { Population } from './population.ts';
import type { Scenario } from './scenarios.ts';
import type { Stage } from './stage.ts';

/** Conversations whose stored rows are compared; reading back all of them would take longer than the benchmark. */
const READ_BACK = 12;

/**
 * Lets everybody do the same work once, and compares what they gave and what they stored. Figures of contenders that
 * do different things say nothing.
 *
 * @throws Error naming who differs, and in what
 */
export async function verify<C>(
  scenario: Scenario<C>,
  contenders: ReadonlyMap<string, C>,
  { stage, population, comparable }: { stage: Stage; population: Population; comparable: (value: unknown) => unknown },
): Promise<void> {
  const work = scenario.prepare(population, 0);
  const seen = new Map<string, { results: unknown[]; stored: unknown[] }>();
  for (const [name, contender] of contenders) {
    const results: unknown[] = [];
    for (let index = 0; index < work.operations; index += 1) results.push(comparable(await work.run(contender, index)));
    const stored: unknown[] = [];
    for (const id of work.conversations.slice(0, READ_BACK)) {
      stored.push((await stage.stored(name, id)).map(comparable));
    }
    seen.set(name, { results, stored });
  }
  const [[reference, expected] = [], ...others] = seen;
  for (const [name, actual] of others) {
    assert.deepEqual(actual, expected, `${scenario.id}: ${name} gives or stores something else than ${reference}.`);
  }
}

/** After the last round: is there as much in every copy? */
export async function verifyDigests(stage: Stage, names: readonly string[]): Promise<void> {
  const [first, ...others] = names;
  if (first === undefined) return;
  const expected = await stage.digest(first);
  for (const name of others) {
    assert.deepEqual(await stage.digest(name), expected, `${name} has stored something else than ${first}.`);
  }
}

/** What a facade makes itself, an id and a time, can't be the same for two of them. */
export function withoutOwn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOwn);
  if (typeof value !== 'object' || value === null) return value;
  const own = new Set(['id', 'parentId', 'parent_id', 'createdAt', 'created_at', 'updatedAt', 'updated_at']);
  const times = new Set(['lastMessageAt', 'last_message_at', 'activeLeafId']);
  return Object.fromEntries(Object.entries(value).filter(([key]) => !own.has(key) && !times.has(key)));
}
