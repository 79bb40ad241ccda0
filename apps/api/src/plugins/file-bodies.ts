import type { IncomingMessage } from 'node:http';
import type { Api } from '../api.ts';
import { PayloadTooLargeError } from '../errors.ts';

/** What a file may be. */
export const FILE_TYPES = ['application/json', 'application/x-ndjson', 'application/gzip'];

/**
 * In this scope a body is a file: it isn't parsed, but handed on as it arrives, and no longer than a body may be. Whoever
 * reads it may stop early; the answer is sent all the same.
 */
export function takeFiles(scope: Api): void {
  scope.removeAllContentTypeParsers();
  // The rest of a file that nobody reads to its end isn't waited for.
  scope.addHook('onSend', (request, reply, _payload, done) => {
    if (!request.raw.complete) reply.header('connection', 'close');
    done();
  });
  scope.addContentTypeParser(FILE_TYPES, (request, payload, done) => {
    const { bodyLimit } = request.routeOptions;
    if (Number(request.headers['content-length']) > bodyLimit)
      done(new PayloadTooLargeError('The file is larger than is taken here.'));
    else done(null, bounded(payload, bodyLimit));
  });
}

async function* bounded(payload: IncomingMessage, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  // A stream that is destroyed would take the connection with it, and the answer.
  for await (const piece of payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > most)
      throw new PayloadTooLargeError(
        'The file is larger than is taken here; conversations at its beginning are stored.',
      );
    yield piece;
  }
}
