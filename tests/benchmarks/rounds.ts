import process from 'node:process';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOP_TURNS = 3;

export type MaybePromise<T> = T | Promise<T>;

/** The same piece of work for everybody who takes part in a round. */
export interface Slot<Contender> {
  readonly operations: number;
  run(contender: Contender, index: number): MaybePromise<unknown>;
}

export interface Race<Contender> {
  readonly contenders: ReadonlyMap<string, Contender>;
  /** Rounds that aren't counted, in which code is compiled and caches are filled. */
  readonly warmUp: number;
  readonly rounds: number;
  /** Who does only a part of a round's operations, so that the slow don't take most of the time. 1 where it isn't said. */
  readonly shares: Readonly<Record<string, number>>;
  /** The work of a round; made before the clock runs. */
  prepare(round: number): MaybePromise<Slot<Contender>>;
  /** Brings a contender's database into the state in which all start. Not timed. */
  settle(name: string): MaybePromise<void>;
}

/** Microseconds of one operation. */
export interface Time {
  /** On the clock. */
  readonly elapsed: number;
  /** Of which this thread was computing. Other programs on the machine don't add to it, and waiting doesn't either. */
  readonly computing: number;
}

export interface Summary {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Lets the contenders do the same work in turns. A machine gets slower and faster while it measures; contenders that take
 * turns of some milliseconds meet the same weather, so that the ratio within a round says more than two averages.
 *
 * @returns each contender's times, one for each round
 */
export async function race<Contender>(options: Race<Contender>): Promise<Map<string, Time[]>> {
  const { contenders, warmUp, rounds, shares, prepare, settle } = options;
  const times = new Map<string, Time[]>([...contenders.keys()].map((name) => [name, []]));
  collectGarbage?.('major');
  for (let round = 0; round < warmUp + rounds; round += 1) {
    const slot = await prepare(round);
    for (const [name, contender] of turns([...contenders], round)) {
      await settle(name);
      await cleanUp();
      const time = await timed(slot, contender, Math.ceil(slot.operations * (shares[name] ?? 1)));
      if (round >= warmUp) times.get(name)?.push(time);
    }
  }
  return times;
}

/** Who begins changes with every round, and every other round goes backwards: nobody always comes after the same one. */
export function turns<Item>(items: readonly Item[], round: number): Item[] {
  const start = items.length === 0 ? 0 : round % items.length;
  const rotated = [...items.slice(start), ...items.slice(0, start)];
  // Of two, the one that is turned and then reversed would always be the same.
  return round % 2 === 0 || items.length === 2 ? rotated : rotated.reverse();
}

/** One contender's time as a multiple of another's, round by round. */
export function ratios(times: readonly number[], ofOthers: readonly number[]): number[] {
  if (times.length !== ofOthers.length) throw new RangeError('Only contenders of the same rounds can be compared.');
  return times.map((time, round) => time / (ofOthers[round] ?? Number.NaN));
}

export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => quantile(sorted, share);
  return { median: at(0.5), lowerQuartile: at(0.25), upperQuartile: at(0.75), min: at(0), max: at(1) };
}

/** Between two values it lies as far as the share says. */
function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** What the last operation gave. Kept where an optimiser can't see that nobody looks at it. */
const witness: { last: unknown } = { last: undefined };

async function timed<Contender>(slot: Slot<Contender>, contender: Contender, operations: number): Promise<Time> {
  const cpu = process.threadCpuUsage();
  const started = performance.now();
  for (let index = 0; index < operations; index += 1) {
    const result = slot.run(contender, index);
    // Whoever answers at once isn't made to wait.
    witness.last = isPromise(result) ? await result : result;
  }
  const elapsed = (performance.now() - started) * 1000;
  const { user, system } = process.threadCpuUsage(cpu);
  return { elapsed: elapsed / operations, computing: (user + system) / operations };
}

/**
 * What the one before left behind isn't done in the next one's time: its garbage and, in the event loop's next turns, the
 * closing of every statement that it prepared and dropped, which can be thousands. Only young objects are collected: a full
 * collection on demand makes V8 throw away compiled code, which no program outside a benchmark goes through all the time.
 */
async function cleanUp(): Promise<void> {
  collectGarbage?.('minor');
  for (let turn = 0; turn < LOOP_TURNS; turn += 1) await turnOfTheLoop();
}

/** Also what only looks like a promise: not to wait for it would be to measure nothing. */
function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

/** So that one contender's garbage isn't collected in another's time. Undefined where V8 doesn't give it. */
const collectGarbage = garbageCollector();

function garbageCollector(): ((type: 'minor' | 'major') => void) | undefined {
  try {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    return typeof collect === 'function' ? (type) => void collect({ type }) : undefined;
  } catch {
    return undefined;
  }
}
