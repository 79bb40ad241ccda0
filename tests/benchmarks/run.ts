import process from 'node:process';
import { facadeRoster, rosters } from './contenders/roster.ts';
import { Population } from './population.ts';
import { openPostgresStage } from './postgres-stage.ts';
import type { Failures, Measured } from './report.ts';
import { type MaybePromise, race } from './rounds.ts';
import { type EngineName, facadeScenarios, isChosen, kernelScenarios, type Scenario } from './scenarios.ts';
import { openSqliteStage } from './sqlite-stage.ts';
import type { Stage } from './stage.ts';
import { verify, verifyDigests, withoutOwn } from './verify.ts';

const openStage: Readonly<Record<EngineName, (population: Population) => Promise<Stage>>> = {
  sqlite: openSqliteStage,
  postgres: openPostgresStage,
};

/** Measures the chosen scenarios of one engine. What fails is entered in `failures`, and the rest goes on. */
export async function runEngine(
  engine: EngineName,
  names: readonly string[],
  failures: Failures,
  work: Work = measure,
): Promise<Measured[]> {
  const isWanted = ({ engine: own, id }: { engine: EngineName; id: string }): boolean =>
    own === engine && isChosen(id, names);
  const kernel = kernelScenarios.filter(isWanted);
  const facade = facadeScenarios.filter(isWanted);
  if (kernel.length + facade.length === 0) return [];
  tell(`${engine}: making the databases`);
  const population = new Population();
  const stage = await openStage[engine](population);
  try {
    const same = (value: unknown): unknown => value;
    const ofKernel = { stage, population, failures, prefix: '', comparable: same, work };
    const measured = await runScenarios(kernel, rosters[engine], ofKernel);
    const ofFacade = { ...ofKernel, prefix: 'facade_', comparable: withoutOwn };
    return [...measured, ...(await runScenarios(facade, facadeRoster, ofFacade))];
  } finally {
    await stage.close();
  }
}

interface Circumstances {
  readonly stage: Stage;
  readonly population: Population;
  readonly failures: Failures;
  /** Before the name of a contender's copy. */
  readonly prefix: string;
  /** What of a result or of a stored row has to be the same for all. */
  readonly comparable: (value: unknown) => unknown;
  readonly work: Work;
}

type Place = Pick<Circumstances, 'stage' | 'population' | 'comparable'>;

/** What is done with a scenario. */
export type Work = <C>(scenario: Scenario<C>, contenders: ReadonlyMap<string, C>, place: Place) => Promise<Measured>;

type Opener<C> = (place: { readonly url: string; readonly path: string }) => C | Promise<C>;

async function runScenarios<C extends { close(): MaybePromise<void> }>(
  scenarios: readonly Scenario<C>[],
  roster: Readonly<Record<string, Opener<C>>>,
  { stage, population, failures, prefix, comparable, work }: Circumstances,
): Promise<Measured[]> {
  if (scenarios.length === 0) return [];
  const copyOf = (name: string): string => `${prefix}${name}`.replaceAll('-', '_');
  const ownStage: Stage = {
    ...stage,
    settle: (name) => stage.settle(copyOf(name)),
    stored: (name, conversationId) => stage.stored(copyOf(name), conversationId),
    digest: (name) => stage.digest(copyOf(name)),
  };
  const contenders = new Map<string, C>();
  const measured: Measured[] = [];
  try {
    for (const [name, open] of Object.entries(roster)) contenders.set(name, await open(await stage.copy(copyOf(name))));
    for (const scenario of scenarios) {
      try {
        measured.push(await work(scenario, contenders, { stage: ownStage, population, comparable }));
      } catch (error) {
        note(failures, scenario.id, error);
      }
    }
  } finally {
    for (const contender of contenders.values()) await contender.close();
  }
  return measured;
}

async function measure<C>(scenario: Scenario<C>, contenders: ReadonlyMap<string, C>, place: Place): Promise<Measured> {
  const { id, warmUp, rounds, shares } = scenario;
  const { stage, population } = place;
  tell(`${id}: comparing values`);
  await verify(scenario, contenders, place);
  tell(`${id}: ${rounds} rounds of ${[...contenders.keys()].join(', ')}`);
  const times = await race({
    contenders,
    warmUp,
    rounds,
    shares,
    // The work before the first round's was for comparing values.
    prepare: (round) => scenario.prepare(population, round + 1),
    settle: stage.settle,
  });
  await verifyDigests(stage, [...contenders.keys()]);
  return { scenario, times };
}

/** A benchmark that can't be run isn't a reason to throw the others' figures away. */
export function note(failures: Failures, what: string, error: unknown): void {
  failures[what] = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
  tell(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}

export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
