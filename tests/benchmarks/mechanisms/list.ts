import { cacheFigures } from './cache.ts';
import { checkpointsFigures, checkpointsTargets } from './checkpoints.ts';
import type { Mechanism } from './contract.ts';
import { feedFigures, feedTargets } from './feed.ts';
import { jobsFigures } from './jobs.ts';
import { metricsFigures } from './metrics.ts';
import { replicasFigures } from './replicas.ts';
import { rowSecurityFigures } from './row-security.ts';
import { searchFigures } from './search.ts';
import { vectorsFigures } from './vectors.ts';

/** Every mechanism with figures of its own, in the order in which they are measured. */
export const mechanisms: readonly Mechanism[] = [
  {
    name: 'cache',
    title: 'a trace of reads with 5 % writes over 100,000 rows, with the cache and without',
    engines: ['sqlite', 'postgres'],
    targets: {
      'sqlite.cache.hitRate': { atLeast: 0.9 },
      'sqlite.cache.noticeP99Ms': { below: 100 },
      'postgres.cache.hitRate': { atLeast: 0.9 },
      'postgres.cache.timeRatio': { below: 1 },
      'postgres.cache.noticeP99Ms': { below: 100 },
    },
    figures: cacheFigures,
  },
  {
    name: 'row-security',
    title: 'what it costs that the server keeps users apart, too',
    engines: ['postgres'],
    targets: { 'postgres.row-security.pointRead.ratio': { atMost: 3 } },
    figures: rowSecurityFigures,
  },
  {
    name: 'replicas',
    title: 'reads that a replica answers',
    engines: ['postgres'],
    targets: {},
    figures: replicasFigures,
  },
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
  {
    name: 'checkpoints',
    title: "LangGraph's checkpoints, here and in LangGraph's own checkpointer for the same engine",
    engines: ['sqlite', 'postgres'],
    targets: checkpointsTargets,
    figures: checkpointsFigures,
  },
  {
    name: 'vectors',
    title: 'the ten nearest of one user with 20,000 vectors of 384 numbers',
    engines: ['sqlite', 'postgres'],
    targets: {},
    figures: vectorsFigures,
  },
  {
    name: 'search',
    title: 'searches among a million entries of 1,000 users, and of one user with 200,000',
    engines: ['sqlite', 'postgres'],
    targets: {
      'sqlite.search.manyUsers.p95Ms': { below: 10 },
      'sqlite.search.largeUser.p95Ms': { below: 60 },
      'postgres.search.manyUsers.p95Ms': { below: 10 },
      'postgres.search.largeUser.p95Ms': { below: 60 },
    },
    figures: searchFigures,
  },
];
