import type { Failures } from '../report.ts';
import { note, tell } from '../run.ts';
import { type EngineName, isChosen } from '../scenarios.ts';
import type { Figures, Mechanism, MechanismStage, Target } from './contract.ts';
import { MechanismDatabases, openPlace } from './databases.ts';
import { mechanisms } from './list.ts';

/** One figure as it is told. */
export interface Figure {
  readonly key: string;
  readonly value: number;
  readonly target: Target | undefined;
  readonly met: boolean | undefined;
}

/** What was measured of one mechanism on one engine. */
export interface MeasuredMechanism {
  readonly id: string;
  readonly title: string;
  readonly figures: readonly Figure[];
}

export function mechanismIds(): string[] {
  return mechanisms.flatMap((mechanism) => mechanism.engines.map((engine) => `${engine}.${mechanism.name}`));
}

/** Measures the chosen mechanisms of one engine. What fails is entered in `failures`, and the rest goes on. */
export async function runMechanisms(
  engine: EngineName,
  names: readonly string[],
  failures: Failures,
): Promise<MeasuredMechanism[]> {
  const wanted = mechanisms.filter(
    ({ name, engines }) => engines.includes(engine) && isChosen(`${engine}.${name}`, names),
  );
  if (wanted.length === 0) return [];
  const place = await openPlace[engine]();
  const measured: MeasuredMechanism[] = [];
  try {
    for (const mechanism of wanted) {
      const id = `${engine}.${mechanism.name}`;
      const databases = new MechanismDatabases(place);
      const log = (line: string): void => tell(`${id}: ${line}`);
      log(mechanism.title);
      try {
        const stage = {
          engine,
          log,
          scale: 1,
          open: databases.open.bind(databases),
          url: databases.url.bind(databases),
        };
        measured.push(await measureMechanism(mechanism, stage));
      } catch (error) {
        note(failures, id, error);
      } finally {
        await databases.close();
      }
    }
  } finally {
    await place.close();
  }
  return measured;
}

/** The figures of one mechanism beside their targets. Throws when a key isn't its own, or a target's figure isn't there. */
export async function measureMechanism(mechanism: Mechanism, stage: MechanismStage): Promise<MeasuredMechanism> {
  const id = `${stage.engine}.${mechanism.name}`;
  return { id, title: mechanism.title, figures: judged(id, await mechanism.figures(stage), mechanism.targets) };
}

function judged(id: string, figures: Figures, targets: Readonly<Record<string, Target>>): Figure[] {
  const isOwn = (key: string): boolean => key.startsWith(`${id}.`);
  const foreign = Object.keys(figures).filter((key) => !isOwn(key));
  const missing = Object.keys(targets).filter((key) => isOwn(key) && figures[key] === undefined);
  if (foreign.length > 0) throw new Error(`These figures don't begin with ${id}: ${foreign.join(', ')}.`);
  if (missing.length > 0)
    throw new Error(`There are targets for these figures, and they were not measured: ${missing.join(', ')}.`);
  return Object.entries(figures).map(([key, value]) => {
    if (!Number.isFinite(value)) throw new Error(`${key} is no number: ${value}.`);
    const target = targets[key];
    return { key, value, target, met: target === undefined ? undefined : isMet(value, target) };
  });
}

function isMet(value: number, target: Target): boolean {
  if ('atLeast' in target) return value >= target.atLeast;
  return 'below' in target ? value < target.below : value <= target.atMost;
}
