import type { Target } from './contract.ts';
import type { Figure, MeasuredMechanism } from './run.ts';

/** What mechanisms add to the one object of `--json`. */
export function mechanismsJson(all: readonly MeasuredMechanism[]): {
  readonly figures: Readonly<Record<string, number>>;
  readonly targets: Readonly<Record<string, object>>;
  readonly missed: readonly string[];
} {
  const figures = all.flatMap((one) => one.figures);
  return {
    figures: Object.fromEntries(figures.map(({ key, value }) => [key, Number(value.toPrecision(4))])),
    targets: Object.fromEntries(
      figures.filter(({ target }) => target !== undefined).map(({ key, target, met }) => [key, { ...target, met }]),
    ),
    missed: missedOf(all),
  };
}

/** A table for each mechanism: keys without what they have in common, figures, targets, verdicts. */
export function mechanismsTable(all: readonly MeasuredMechanism[]): string[] {
  return all.flatMap(({ id, title, figures }) => [
    `${id}: ${title}`,
    ...figures.map((figure) => lineOf(id, figure)),
    '',
  ]);
}

export function missedOf(all: readonly MeasuredMechanism[]): string[] {
  return judgedOf(all)
    .filter(({ met }) => met === false)
    .map(({ key }) => key);
}

export function judgedOf(all: readonly MeasuredMechanism[]): Figure[] {
  return all.flatMap(({ figures }) => figures.filter(({ met }) => met !== undefined));
}

function lineOf(id: string, { key, value, target, met }: Figure): string {
  const verdict = target === undefined ? '' : `${wanted(target).padEnd(11)}${met === true ? 'met' : 'MISSED'}`;
  return `  ${key.slice(id.length + 1).padEnd(44)}${readable(value).padStart(11)}  ${verdict}`.trimEnd();
}

function wanted(target: Target): string {
  if ('atLeast' in target) return `≥ ${readable(target.atLeast)}`;
  return 'below' in target ? `< ${readable(target.below)}` : `≤ ${readable(target.atMost)}`;
}

function readable(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 1000 ? 3 : 0 });
}
