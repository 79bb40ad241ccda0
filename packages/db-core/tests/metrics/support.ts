import type { Metrics } from '../../src/metrics/index.ts';

/** The page's figures, by what stands before each of them. */
export async function figuresOf(metrics: Metrics): Promise<ReadonlyMap<string, number>> {
  const text = await metrics.text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** Those of one metric. */
export function only(figures: ReadonlyMap<string, number>, name: string): Record<string, number> {
  return Object.fromEntries([...figures].filter(([key]) => key === name || key.startsWith(`${name}{`)));
}
