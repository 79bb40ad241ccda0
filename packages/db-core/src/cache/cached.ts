import type { CachedQuery, CachedQueryOptions } from './contract.ts';

/**
 * Says how something is read and what it depends on; `database.cache.get` does the rest. The name is the query's alone.
 *
 * @example
 * ```ts
 * const invoice = defineCached('acme.invoice', {
 *   dependsOn: (p: { id: string }) => [
 *     { table: 'acme_invoices', key: p.id },
 *     { table: 'acme_invoice_lines' },
 *   ],
 *   load: (user, p) => readInvoice(user, p.id),
 * });
 * const found = await database.cache.get(user, invoice, { id });
 * ```
 */
export function defineCached<Result, Params = void>(
  name: string,
  options: CachedQueryOptions<Params, Result>,
): CachedQuery<Params, Result> {
  return { keepMissing: false, staleOnErrorMs: 0, version: 1, ...options, name };
}
