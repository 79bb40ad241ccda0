import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Between a client and a PostgreSQL server: a line that can go dead without either side being told. */
export class Proxy {
  readonly #server: Server;
  readonly #target: URL;
  readonly #lines = new Set<Line>();
  #isStalled = false;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async start(url: string): Promise<Proxy> {
    const proxy = new Proxy(new URL(url));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** As the server's, with this proxy in between. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return Object.assign(new URL(this.#target), { port: String(port) }).href;
  }

  /** Connections that the client has not closed. */
  get open(): number {
    return this.#lines.size;
  }

  /** From now on nothing gets through, in either direction; connections stay open, and new ones are accepted. */
  stall(): void {
    this.#isStalled = true;
  }

  /** The line works again; on connections that are still open, what was held up goes through. */
  resume(): void {
    this.#isStalled = false;
    for (const line of this.#lines) line.flush();
  }

  close(): void {
    for (const line of this.#lines) line.destroy();
    this.#server.close();
  }

  #accept(client: Socket): void {
    const server = connect(Number(this.#target.port), this.#target.hostname);
    const line = new Line(client, server, () => this.#isStalled);
    this.#lines.add(line);
    client.once('close', () => this.#lines.delete(line));
  }
}

/** One connection in two halves. Reads always go on, so that a client that hangs up is noticed. */
class Line {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #held: (() => void)[] = [];

  constructor(client: Socket, server: Socket, isStalled: () => boolean) {
    this.#client = client;
    this.#server = server;
    this.#forward({ from: client, to: server }, isStalled);
    this.#forward({ from: server, to: client }, isStalled);
  }

  flush(): void {
    for (const pass of this.#held.splice(0)) pass();
  }

  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #forward({ from, to }: { from: Socket; to: Socket }, isStalled: () => boolean): void {
    const pass = (work: () => void): void => {
      if (isStalled()) this.#held.push(work);
      else work();
    };
    from.on('data', (chunk) => pass(() => to.write(chunk)));
    // The other side of a dead line learns of nothing, not even of its end.
    from.on('close', () => pass(() => to.destroy()));
    from.on('error', () => undefined);
  }
}
