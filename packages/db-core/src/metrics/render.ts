import { markdownTable } from '../errors/markdown-table.ts';
import type { MetricDefinition } from './contract.ts';
import * as definitions from './definitions.ts';

const intro = `# Metrics

The API gives these figures at \`GET /metrics\`, in Prometheus's text format, to whoever shows KEELSON_METRICS_TOKEN or an API
token with the scope \`admin\`. A program of your own gets them from \`Metrics\` of \`@keelson/db-core/metrics\`, and adds its own with
\`metrics.register(name, source)\`.

Names are OpenTelemetry's where its conventions for databases have one, written as Prometheus writes them. What is counted is
of this process; what is read from the database (sizes, consumers, the queue) is of all of them.
`;

/** docs/metrics.md, from the definitions that the registry works with. */
export function renderMetricsMarkdown(): string {
  const all: readonly MetricDefinition[] = Object.values(definitions);
  const rows = all.map(({ name, type, help, labels, semantic }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    semantic === undefined ? '' : `\`${semantic}\``,
    help,
  ]);
  return `${intro}\n${markdownTable(['Name', 'Type', 'Labels', 'OpenTelemetry', 'Meaning'], rows)}\n`;
}
