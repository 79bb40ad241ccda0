import type { Api } from '../api.ts';
import { withRequestLogger } from '../logging.ts';
import { pathOf } from '../problem.ts';

/** One line for each request, once it is answered; and the request's id on what the database says meanwhile. */
export function logRequests(api: Api): void {
  api.addHook('onRequest', (request, _reply, done) => {
    withRequestLogger(request.log, done);
  });

  api.addHook('onResponse', (request, reply, done) => {
    const { method, url, routeOptions, principal, problemCode } = request;
    request.log.info(
      {
        method,
        path: pathOf(url),
        route: routeOptions.url,
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime * 10) / 10,
        ...(problemCode === null ? {} : { code: problemCode }),
        ...(principal === null ? {} : { tokenId: principal.tokenId }),
      },
      'request',
    );
    done();
  });

  api.addHook('onRequestAbort', (request, done) => {
    request.log.info({ method: request.method, path: pathOf(request.url) }, 'the client went away');
    done();
  });
}
