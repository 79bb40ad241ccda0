import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly model: string; readonly input: readonly string[]; readonly dimensions?: number };
}

/** Answers by hand; undefined: as a model would. */
export type Answering = (response: ServerResponse, request: SeenRequest, number: number) => boolean | undefined;

export interface EmbeddingServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  close(): Promise<void>;
}

/** A server of the protocol, on this machine: the length of a text and its first letter make the vector. */
export async function startEmbeddingServer(answering: Answering = () => undefined): Promise<EmbeddingServer> {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const seen = { path: request.url, headers: request.headers, body: JSON.parse(text) as SeenRequest['body'] };
      requests.push(seen);
      if (answering(response, seen, requests.length) === true) return;
      const data = seen.body.input.map((input, index) => ({ object: 'embedding', index, embedding: vectorFor(input) }));
      // Services needn't keep the order: that is what `index` is for.
      answer(response, 200, { object: 'list', data: data.reverse(), model: seen.body.model });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export function vectorFor(text: string): number[] {
  return [text.length, text.codePointAt(0) ?? 0, 1];
}

export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
  return true;
}
