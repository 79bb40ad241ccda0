import type { Api } from '../api.ts';

/**
 * While the server closes, what is under way is answered and its connection closed with the answer. Otherwise a client
 * would keep the connection, and the server would wait for it.
 */
export function closeConnectionsWhenClosing(api: Api): void {
  let isClosing = false;
  api.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  api.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done();
  });
}
