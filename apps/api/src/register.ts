import { type Database, Instances, type Registration } from '@keelson/db-core';
import type { FastifyBaseLogger } from 'fastify';
import packageJson from '../package.json' with { type: 'json' };

/** Enters this process among those that run on the database; `keelson info` lists them. */
export function registerApi(database: Database, logger: FastifyBaseLogger): Promise<Registration> {
  return new Instances(database).register({
    kind: 'api',
    appVersion: packageJson.version,
    onTrouble: (error) => logger.warn({ err: error }, 'could not say that this process is there'),
  });
}
