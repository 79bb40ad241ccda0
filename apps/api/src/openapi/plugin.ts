import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { Api } from '../api.ts';
import { describeRoute, describeSchemas } from './transform.ts';

export const DOCS_PATH = '/docs';

/** What swagger-ui needs beyond the API's own policy. It brings its scripts, and puts styles on elements. */
const DOCS_POLICY = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'connect-src': ["'self'"],
  'font-src': ["'self'", 'data:'],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
  'img-src': ["'self'", 'data:'],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
};

const DESCRIPTION = `Conversations and their messages, for each user apart.

Sign in with an API token: \`Authorization: Bearer keelson_…\` (\`keelson token create\` makes one). A token reaches the
rows of its user and no others; what belongs to somebody else looks as if it weren't there. With the header
\`Keelson-Organisation: <id>\` a member works on the rows of an organisation; its viewers may only read. Every write has
the person and the request id in the organisation's audit.

**Errors** are problem details (RFC 9457) with a stable \`code\`, a \`hint\` and the \`requestId\` to look for in the log.
A request that can't be read is a 400; one that can be read and isn't valid is a 422, with every fault in \`errors\`.

**Lists** come in pages: hand \`nextCursor\` back as \`cursor\` until it is null.

**Requests that make something** may carry an \`Idempotency-Key\`: sent again with the same key, they are answered as the
first time and nothing is made twice. Errors aren't kept; a request that failed may be sent again.

**Changes** may carry \`If-Match\` with the \`ETag\` of what was read; when somebody else was faster, the answer is 412.`;

/** The API's description at `/docs`, and as JSON at `/docs/json`. To be called before the routes are added. */
export function describeApi(api: Api): void {
  void api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Keelson', version: '1', description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
      tags: [
        { name: 'conversations', description: 'Conversations of the user whom the token belongs to.' },
        { name: 'messages', description: 'What was said in a conversation. Messages stay as they were saved.' },
        { name: 'changes', description: 'What changed, as it happens.' },
        { name: 'search', description: 'What is found in the texts of all domains.' },
        { name: 'health', description: 'For load balancers, and for those who look after the server.' },
      ],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'An API token, as `keelson token create` gives it.' },
        },
      },
    },
    transform: describeRoute,
    transformObject: describeSchemas,
  });
  void api.register(swaggerUi, {
    routePrefix: DOCS_PATH,
    staticCSP: DOCS_POLICY,
    theme: {
      title: 'Keelson API',
      css: [{ filename: 'keelson.css', content: '.swagger-ui .topbar { display: none }' }],
    },
    uiConfig: { deepLinking: true, displayRequestDuration: true, validatorUrl: null },
  });
}
