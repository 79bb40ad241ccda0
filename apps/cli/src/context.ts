import { type Environment, type KeelsonConfig, loadConfig, readEnvironment } from '@keelson/db-core';
import { UsageError } from './errors.ts';
import type { Interrupt } from './interrupt.ts';
import { Output } from './output.ts';

/** What every command takes. */
export type GlobalOptions = {
  readonly json?: true | undefined;
  readonly url?: string | undefined;
  readonly verbose?: true | undefined;
};

/** What a command works with. */
export class Context {
  readonly output = new Output(() => this.json);
  readonly interrupt: Interrupt;
  /** What the process ends with when the command doesn't throw. */
  exitCode = 0;
  readonly #options: () => GlobalOptions;
  #environment: Environment | undefined;
  #config: KeelsonConfig | undefined;

  constructor(interrupt: Interrupt, options: () => GlobalOptions) {
    this.interrupt = interrupt;
    this.#options = options;
  }

  get json(): boolean {
    return this.#options().json === true;
  }

  get verbose(): boolean {
    return this.#options().verbose === true;
  }

  /** The process's environment with `.env` and `--url`. Read at the first use. */
  get environment(): Environment {
    this.#environment ??= this.#readEnvironment();
    return this.#environment;
  }

  /** @throws ConfigurationError that names every fault */
  get config(): KeelsonConfig {
    this.#config ??= loadConfig(this.environment);
    return this.#config;
  }

  #readEnvironment(): Environment {
    const environment = readEnvironment();
    const { url } = this.#options();
    if (url === undefined) return environment;
    if (url.trim() === '')
      throw new UsageError('--url is empty.', { hint: 'Give a URL such as sqlite:///data/keelson.db.' });
    // The type that the environment names may be another database's.
    return { ...environment, DATABASE_URL: url, DATABASE_TYPE: undefined };
  }
}
