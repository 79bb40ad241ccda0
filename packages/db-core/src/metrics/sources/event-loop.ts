import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MetricSource } from '../contract.ts';
import { eventLoopDelay } from '../definitions.ts';

const RESOLUTION_MS = 10;
const NANOSECONDS = 1e9;

export interface EventLoopSource extends MetricSource {
  close(): void;
}

/** How late timers come. Measured from the beginning, or since the last time that somebody asked. */
export function eventLoopSource(): EventLoopSource {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  monitor.enable();
  const late = (nanoseconds: number): number =>
    // The monitor counts its own pause, too.
    Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1000);
  return {
    metrics: [eventLoopDelay],
    collect() {
      const samples = [0.5, 0.9, 0.99, 1].map((quantile) => ({
        metric: eventLoopDelay,
        labels: { quantile: String(quantile) },
        value: late(quantile === 1 ? monitor.max : monitor.percentile(quantile * 100)),
      }));
      monitor.reset();
      return samples;
    },
    close: () => void monitor.disable(),
  };
}
