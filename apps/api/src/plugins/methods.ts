import type { HTTPMethods } from 'fastify';
import type { Api } from '../api.ts';
import { MethodNotAllowedError } from '../errors.ts';

const METHODS: readonly HTTPMethods[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/**
 * A known address with another method is a 405 that says which there are, not a 404. To be called before the routes;
 * what it gives is called after them.
 */
export function noteMethods(api: Api): (scope: Api) => void {
  const known = new Map<string, Set<string>>();
  api.addHook('onRoute', ({ method, url, config }) => {
    // The description's own files look after themselves.
    if (config?.access === undefined) return;
    const methods = known.get(url) ?? new Set();
    for (const each of [method].flat()) methods.add(each);
    known.set(url, methods);
  });
  return (scope) => {
    for (const [url, there] of new Map(known)) {
      const missing = METHODS.filter((method) => !there.has(method));
      const allow = [...there].sort();
      if (missing.length === 0) continue;
      scope.route({
        method: missing,
        url,
        schema: { hide: true },
        config: { access: 'public' },
        // Before the body is read: nobody is interested in it.
        preParsing: ({ method }, _reply, payload, done) => {
          const message = `${method} is not among ${allow.join(', ')}.`;
          done(new MethodNotAllowedError(message, { details: { allow } }), payload);
        },
        handler: () => undefined,
      });
    }
  };
}
