import type { DatabaseHealth } from '@keelson/db-core';
import { z } from 'zod';
import { timeOf, timeSchema } from './json.ts';

const statusSchema = z.enum(['healthy', 'degraded', 'unhealthy']);

const checkSchema = z.object({
  status: statusSchema,
  message: z.string(),
  code: z.string().exactOptional().describe('The error that it would be; docs/errors.md lists them.'),
  hint: z.string().exactOptional(),
});

export const healthSchema = z
  .object({
    status: statusSchema.describe('The worst of the checks.'),
    checks: z.object({
      connection: checkSchema.extend({
        engine: z.enum(['sqlite', 'postgres']),
        location: z.string(),
        version: z.string().nullable(),
        latencyMs: z.number(),
      }),
      migrations: checkSchema.extend({
        current: z.string().nullable(),
        pending: z.array(z.string()),
        drifted: z.array(z.string()),
        newer: z.array(z.string()),
        unfinished: z.array(z.string()),
      }),
      schema: checkSchema.extend({ differences: z.array(z.string()) }),
      pool: checkSchema.extend({
        size: z.int(),
        inUse: z.int(),
        idle: z.int(),
        waiting: z.int(),
        limit: z.int(),
      }),
      rowSecurity: checkSchema
        .extend({ isOn: z.boolean(), role: z.string().nullable(), faults: z.array(z.string()) })
        .exactOptional()
        .describe('PostgreSQL.'),
      breaker: checkSchema
        .extend({ state: z.enum(['closed', 'open', 'half-open']) })
        .exactOptional()
        .describe('PostgreSQL.'),
      replicas: checkSchema
        .extend({
          replicas: z.array(
            z.object({
              location: z.string(),
              state: z.enum(['joining', 'following', 'behind', 'unreachable', 'not-a-replica', 'foreign']),
              reason: z.string().nullable(),
              lagMs: z.int().nullable(),
              lagBytes: z.int().nullable(),
              reads: z.int(),
              fallbacks: z.int(),
            }),
          ),
        })
        .exactOptional()
        .describe('Where DATABASE_READ_URL names some.'),
      wal: checkSchema.extend({ bytes: z.int() }).exactOptional().describe('SQLite.'),
      backups: checkSchema
        .extend({
          takenAt: timeSchema.nullable(),
          ageMs: z.number().nullable(),
          drill: z
            .object({ at: timeSchema, result: z.enum(['whole', 'failed']), error: z.string().nullable() })
            .nullable(),
        })
        .exactOptional(),
      alerts: checkSchema
        .extend({
          firing: z.array(
            z.object({
              rule: z.string(),
              subject: z.string().nullable(),
              severity: z.enum(['critical', 'warning', 'info']),
              message: z.string(),
              firedAt: timeSchema,
            }),
          ),
        })
        .exactOptional()
        .describe('What the rules of alerts found when they were looked at last; docs/alerts.md describes them.'),
      vectors: checkSchema
        .extend({ search: z.enum(['exact-scan', 'sqlite-vec', 'pgvector']) })
        .exactOptional()
        .describe('How vectors are searched.'),
    }),
  })
  .meta({ id: 'Health' });

export function toHealth({ status, checks }: DatabaseHealth): z.output<typeof healthSchema> {
  const { alerts, backups, migrations, replicas, rowSecurity, schema, ...others } = checks;
  return {
    status,
    checks: {
      ...others,
      ...(alerts === undefined
        ? {}
        : {
            alerts: {
              ...alerts,
              firing: alerts.firing.map(({ firedAt, ...alert }) => ({ ...alert, firedAt: timeOf(firedAt) })),
            },
          }),
      ...(backups === undefined
        ? {}
        : {
            backups: {
              ...backups,
              takenAt: timeOf(backups.takenAt),
              drill: backups.drill === null ? null : { ...backups.drill, at: timeOf(backups.drill.at) },
            },
          }),
      ...(replicas === undefined ? {} : { replicas: { ...replicas, replicas: [...replicas.replicas] } }),
      migrations: {
        ...migrations,
        pending: [...migrations.pending],
        drifted: [...migrations.drifted],
        newer: [...migrations.newer],
        unfinished: [...migrations.unfinished],
      },
      ...(rowSecurity === undefined ? {} : { rowSecurity: { ...rowSecurity, faults: [...rowSecurity.faults] } }),
      schema: { ...schema, differences: [...schema.differences] },
    },
  };
}
