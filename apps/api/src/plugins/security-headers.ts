import helmet from '@fastify/helmet';
import type { Api } from '../api.ts';

/**
 * Headers that keep browsers from doing harm with what this server sends. Whether it is reached by TLS is for whoever
 * puts it behind a name to say, so nothing here tells browsers to insist on it.
 */
export function sendSecurityHeaders(api: Api): void {
  api.addHook('onRequest', ({ routeOptions }, reply, done) => {
    // What is somebody's own must not stay in a cache; the description's files may.
    if (routeOptions.config.access !== undefined) reply.header('cache-control', 'no-store');
    done();
  });
  void api.register(helmet, {
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
  });
}
