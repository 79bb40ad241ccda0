import { setTimeout as sleep } from 'node:timers/promises';
import type { WebhookConfig } from '../../config/index.ts';
import { newId } from '../../database/ids.ts';
import { backoffDelay } from '../../resilience/index.ts';
import type { Alert } from './alert.ts';
import { type AlertedDatabase, notificationOf } from './notification.ts';
import { ruleOf } from './rules.ts';
import { sendWebhook } from './webhook.ts';

export interface OutageOptions {
  readonly webhook: WebhookConfig | undefined;
  readonly about: () => AlertedDatabase;
  readonly subject: string;
  readonly message: string;
  readonly onTrouble: (error: unknown) => void;
}

const BASE_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 300_000;

/**
 * One time in which the database is away. Nothing can be stored then, neither that it is so nor a job that tells, so it is
 * told from here: tried again until the receiver has it, or this process ends.
 */
export class Outage {
  readonly #options: OutageOptions;
  #alert: Alert;
  readonly #leave = new AbortController();
  #stop = new AbortController();
  #telling: Promise<void>;

  constructor(options: OutageOptions) {
    this.#options = options;
    const now = new Date();
    this.#alert = {
      id: newId(),
      rule: 'database-away',
      subject: options.subject,
      severity: ruleOf('database-away').severity,
      message: options.message,
      firedAt: now,
      seenAt: now,
      resolvedAt: null,
      firingToldAt: null,
      resolvedToldAt: null,
    };
    this.#telling = this.#tell();
  }

  get alert(): Alert {
    return this.#alert;
  }

  /** It is over. */
  end(): void {
    if (this.#alert.resolvedAt !== null) return;
    const now = new Date();
    this.#alert = { ...this.#alert, seenAt: now, resolvedAt: now };
  }

  /** Stops telling, so that a job can go on with it. A request that is under way is waited for: it may arrive. */
  async handOver(): Promise<Alert> {
    this.#stop.abort();
    await this.#telling;
    return this.#alert;
  }

  /** The process ends: nothing more is tried. */
  async leave(): Promise<void> {
    this.#leave.abort();
    await this.handOver();
  }

  /** Goes on where it couldn't be handed over. */
  resume(): void {
    this.#stop = new AbortController();
    this.#telling = this.#tell();
  }

  async #tell(): Promise<void> {
    const { webhook } = this.#options;
    if (webhook === undefined) return;
    const { signal } = this.#stop;
    for (let attempt = 1; !signal.aborted && this.#alert.firingToldAt === null; attempt += 1) {
      if (await this.#send(webhook)) return;
      const delayMs = backoffDelay(
        attempt,
        { baseDelayMs: BASE_DELAY_MS, maxDelayMs: LONGEST_DELAY_MS },
        Math.random(),
      );
      await sleep(delayMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #send(webhook: WebhookConfig): Promise<boolean> {
    try {
      await sendWebhook(webhook, notificationOf(this.#alert, 'firing', this.#options.about()), this.#leave.signal);
      this.#alert = { ...this.#alert, firingToldAt: new Date() };
      return true;
    } catch (error) {
      if (!this.#leave.signal.aborted) this.#options.onTrouble(error);
      return false;
    }
  }
}
