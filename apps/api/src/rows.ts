import type { FastifyContextConfig } from 'fastify';

/** Is a route about rows that somebody owns, rather than about the server? */
export function concernsRows({ access = 'public' }: FastifyContextConfig): boolean {
  return access !== 'public' && access !== 'admin';
}
