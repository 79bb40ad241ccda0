import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What came in, as its receiver sees it. */
export interface Received {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** How it behaves: answers with a status, or takes requests and never answers. */
type Manner = number | 'stalls';

/** Somebody else's server to which alerts are sent. */
export class Receiver implements AsyncDisposable {
  readonly received: Received[] = [];
  manner: Manner = 200;
  /** What was sent, also what it didn't take. */
  requests = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hooks/token-that-is-secret`;
  }

  /** Which alerts it was told of, and of which of their ends. */
  get told(): string[] {
    return this.received.map(({ type, data }) => `${type} ${String(data['rule'])}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    if (this.manner === 'stalls') return;
    if (this.manner < 300) {
      const { type, data } = JSON.parse(body) as { type: string; data: Record<string, unknown> };
      this.received.push({ id: String(request.headers['webhook-id']), type, data, headers: request.headers, body });
    }
    response.writeHead(this.manner).end();
  }
}

/** What the header must be for a secret, computed as its receiver does. */
export function expectedSignature({ id, headers, body }: Received, secret: string): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signed = `${id}.${String(headers['webhook-timestamp'])}.${body}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}
