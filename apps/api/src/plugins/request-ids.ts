import type { IncomingMessage } from 'node:http';
import { newId } from '@keelson/db-core';
import type { Api } from '../api.ts';

/** Bounded, and nothing in it that could forge a line of a log. */
const acceptable = /^[A-Za-z0-9._:-]{1,128}$/;

/** The id that the caller gave the request, where it is one to keep; otherwise a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && acceptable.test(given) ? given : newId();
}

/** Every answer says which request it is for. */
export function sendRequestIds(api: Api): void {
  api.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
}
