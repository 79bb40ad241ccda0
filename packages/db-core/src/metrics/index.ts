export type { MetricDefinition, MetricSource, Sample } from './contract.ts';
export { Metrics } from './metrics.ts';
