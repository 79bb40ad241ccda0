import { AuthenticationError, ForbiddenError, grants, InternalError } from '@keelson/db-core';
import type { FastifyRequest } from 'fastify';
import type { Authenticate } from '../access.ts';
import type { Api } from '../api.ts';
import { DOCS_PATH } from '../openapi/plugin.ts';

const bearer = /^bearer +(?<token>\S+)$/i;

/**
 * Holds every route to the `access` in its config. The token is read first, so that the rate limit can count by it; who
 * may not enter is turned away after that, so that trying tokens is counted too, and before the body is read.
 */
export function requireTokens(api: Api, authenticate: Authenticate): void {
  api.decorateRequest('principal', null);
  api.decorateRequest('authenticationFailure', null);

  api.addHook('onRoute', ({ url, config }) => {
    // A route that forgot to say would be open to everybody.
    if (config?.access === undefined && !url.startsWith(DOCS_PATH)) {
      throw new InternalError(`The route ${url} doesn't say what access it needs: set config.access.`);
    }
  });

  api.addHook('onRequest', async (request) => {
    if (needsNoToken(request)) return;
    try {
      request.principal = await authenticate(tokenOf(request));
    } catch (error) {
      request.authenticationFailure = error;
    }
  });

  api.addHook('preParsing', (request, _reply, payload, done) => {
    done(refusalOf(request), payload);
  });
}

function needsNoToken({ routeOptions }: FastifyRequest): boolean {
  // Addresses that nobody registered have no config.
  return (routeOptions.config.access ?? 'public') === 'public';
}

function tokenOf({ headers }: FastifyRequest): string {
  if (headers.authorization === undefined) throw new AuthenticationError('The request has no API token.');
  const token = bearer.exec(headers.authorization)?.groups?.['token'];
  if (token === undefined) throw new AuthenticationError('The header Authorization is not `Bearer <token>`.');
  return token;
}

function refusalOf(request: FastifyRequest): Error | null {
  const { access = 'public' } = request.routeOptions.config;
  if (access === 'public') return null;
  const { principal, authenticationFailure } = request;
  if (principal === null) {
    return authenticationFailure instanceof Error
      ? authenticationFailure
      : new InternalError('Who is asking was not looked up.', { cause: authenticationFailure });
  }
  return grants(principal.scopes, access) ? null : new ForbiddenError(`This needs a token with the scope ${access}.`);
}
