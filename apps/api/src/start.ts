import { conversationRetention, conversationSources, countTokensJob } from '@keelson/conversations';
import {
  type Database,
  defineAlertJob,
  defineBackupJobs,
  type HttpConfig,
  Jobs,
  retentionJob,
  Search,
  searchReindex,
  watchAlerts,
} from '@keelson/db-core';
import { Metrics } from '@keelson/db-core/metrics';
import type { FastifyInstance } from 'fastify';
import { ListenError } from './errors.ts';
import { createServer, type ServerOptions } from './server.ts';
import { startWorker } from './worker.ts';

export interface StartOptions extends Omit<ServerOptions, 'http'> {
  readonly http: Pick<HttpConfig, 'host' | 'port'> & Partial<HttpConfig>;
  /** What a worker inside the process does, where `http.workerSlots` asks for one. Default: the jobs of the kernel, of search and of conversations. */
  readonly jobs?: Jobs;
}

export interface RunningServer {
  /** Where it is reached from this machine, such as `http://127.0.0.1:4100`. */
  readonly url: string;
  /**
   * Takes no more connections and jobs, lets what is under way finish, and closes connections that stay open. Requests that
   * aren't done in time are cut off, and jobs are given back. The database stays open. Idempotent.
   */
  close(options?: CloseOptions): Promise<void>;
}

export interface CloseOptions {
  /** Milliseconds; default 10,000. */
  readonly timeoutMs?: number;
}

const DRAIN_MS = 10_000;

/**
 * Serves the HTTP API.
 *
 * @throws ListenError when the port is taken, or the host is none of this machine's
 * @example
 * ```ts
 * const { database: databaseConfig, http } = loadConfig(readEnvironment());
 * const database = openDatabase({ config: databaseConfig });
 * const server = await startServer({ database, http });
 * console.log(server.url);
 * await server.close();
 * await database.close();
 * ```
 */
export async function startServer({ http, ...options }: StartOptions): Promise<RunningServer> {
  const { database, logger } = options;
  const metrics = options.metrics ?? new Metrics(database);
  const server = createServer({ ...options, http, metrics });
  const closeMetrics = (): void => {
    if (options.metrics === undefined) metrics.close();
  };
  const { host, port } = http;
  try {
    await server.listen({
      host,
      port,
      listenTextResolver: (address) => `the API listens at ${address}, its description is at ${address}/docs`,
    });
  } catch (error) {
    await server.close();
    closeMetrics();
    throw listenError(error, http);
  }
  const { workerSlots: slots = 0 } = http;
  const search = new Search(database, conversationSources);
  const jobs = options.jobs ?? jobsOf(database, search);
  const log = logger ?? server.log;
  const worker = slots === 0 ? undefined : startWorker({ jobs, search, slots, metrics, logger: log });
  const alerts = watchAlerts(database, {
    onAlert: (transition, alert) =>
      log[transition === 'firing' ? 'error' : 'info']({ alert }, `alert ${transition}: ${alert.rule}`),
    onTrouble: (error) => log.warn({ err: error }, 'alerts could not be looked at, or told of'),
  });
  let closing: Promise<void> | undefined;
  return {
    url: urlOf(server, host),
    close: ({ timeoutMs = DRAIN_MS } = {}) => {
      closing ??= Promise.all([drain(server, timeoutMs), worker?.stop(), alerts.stop()]).then(closeMetrics);
      return closing;
    },
  };
}

function jobsOf(database: Database, search: Search): Jobs {
  const jobs = new Jobs(database);
  defineBackupJobs(jobs);
  jobs.define(retentionJob(database, conversationRetention));
  defineAlertJob(jobs);
  jobs.define(searchReindex(search));
  jobs.define(countTokensJob(database));
  return jobs;
}

async function drain(server: FastifyInstance, timeoutMs: number): Promise<void> {
  const timer = setTimeout(() => {
    server.log.warn({ timeoutMs }, 'requests that are still under way are cut off');
    server.server.closeAllConnections();
  }, timeoutMs);
  try {
    await server.close();
  } finally {
    clearTimeout(timer);
  }
}

const everyAddress = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '[::1]'],
]);

function urlOf(server: FastifyInstance, host: string): string {
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const name = everyAddress.get(host) ?? (host.includes(':') ? `[${host}]` : host);
  return `http://${name}:${port}`;
}

const reasons = new Map([
  ['EADDRINUSE', 'another program listens there already'],
  ['EACCES', 'this user may not listen on that port'],
  ['EADDRNOTAVAIL', 'that is not an address of this machine'],
  ['ENOTFOUND', 'there is no host of that name'],
]);

function listenError(error: unknown, { host, port }: Pick<HttpConfig, 'host' | 'port'>): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = reasons.get(code);
  if (reason === undefined) return error;
  return new ListenError(`The HTTP API cannot listen on ${host}:${port}: ${reason}.`, {
    cause: error,
    details: { host, port },
  });
}
