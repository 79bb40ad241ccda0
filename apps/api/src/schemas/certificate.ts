import type { ErasureCertificate } from '@keelson/db-core';
import { z } from 'zod';
import { timeOf, timeSchema } from './json.ts';

export const certificateSchema = z
  .object({
    format: z.literal('keelson.erasure/1'),
    erasure: z.string().describe('Its line in the ledger.'),
    kind: z.enum(['owner', 'row']),
    owner: z
      .object({ salt: z.string(), hash: z.string() })
      .describe("SHA-256 of salt, a zero byte and the owner's id: who has the id can tell that it is theirs."),
    row: z.object({ table: z.string(), id: z.string() }).nullable(),
    database: z.object({ id: z.string().nullable(), engine: z.enum(['sqlite', 'postgres']) }),
    startedAt: timeSchema,
    completedAt: timeSchema,
    rows: z.record(z.string(), z.object({ deleted: z.int(), pseudonymised: z.int() })).describe('By table.'),
    storage: z.array(z.string()).describe("What was done to the database's files."),
    backups: z
      .array(z.object({ takenAt: timeSchema, keptUntil: timeSchema.nullable().describe('Null: removed by hand.') }))
      .describe('Known ones that hold it; what is restored from them is erased again.'),
    consumers: z
      .array(z.object({ name: z.string(), isCurrent: z.boolean() }))
      .describe('Consumers of the change feed, such as mirrors: have they handled the changes by which the rows went?'),
    unreached: z.array(z.string()).describe('What may still hold something of it, and until when.'),
  })
  .meta({ id: 'ErasureCertificate', description: 'What was erased, in figures, and what is beyond reach.' });

export function toCertificate(certificate: ErasureCertificate): z.output<typeof certificateSchema> {
  const { format, erasure, kind, owner, row, database, rows, storage, backups, consumers, unreached } = certificate;
  return {
    format,
    erasure,
    kind,
    owner,
    row,
    database,
    startedAt: timeOf(certificate.startedAt),
    completedAt: timeOf(certificate.completedAt),
    rows,
    storage: [...storage],
    // Which files they are is the operator's business.
    backups: backups.map(({ takenAt, keptUntil }) => ({ takenAt: timeOf(takenAt), keptUntil: timeOf(keptUntil) })),
    consumers: consumers.map(({ name, isCurrent }) => ({ name, isCurrent })),
    unreached: [...unreached],
  };
}
