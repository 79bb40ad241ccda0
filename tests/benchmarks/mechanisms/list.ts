import type { Mechanism } from './contract.ts';
import { feedFigures, feedTargets } from './feed.ts';
import { jobsFigures } from './jobs.ts';
import { metricsFigures } from './metrics.ts';

/** Every mechanism with figures of its own, in the order in which they are measured. */
export const mechanisms: readonly Mechanism[] = [
  {
    name: 'feed',
    title: 'what the change feed costs, and how late it is',
    engines: ['sqlite', 'postgres'],
    targets: feedTargets,
    figures: feedFigures,
  },
  {
    name: 'jobs',
    title: 'how many jobs get done, and how soon one begins',
    engines: ['sqlite', 'postgres'],
    targets: {},
    figures: jobsFigures,
  },
  {
    name: 'metrics',
    title: 'what counting costs',
    engines: ['sqlite', 'postgres'],
    targets: {},
    figures: metricsFigures,
  },
];
