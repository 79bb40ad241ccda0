import type { SystemHandle } from '../database/handle.ts';
import type { Plan } from '../engine/contract.ts';
import type { Kernel } from '../database/kernel.ts';
import { eraseUpTo, findNewest, findPrunable } from './changes.repository.ts';
import type { PruneChanges } from './contract.ts';

/** So that no writer waits for long on SQLite. */
const CHUNK = 2000;

function epochPlan(name: string, set: Readonly<Record<'sqlite' | 'postgres', string>>, kernel: Kernel): Plan {
  const sql = `UPDATE change_epoch SET ${set[kernel.engine.kind]} WHERE singleton = 1`;
  return { name, sql, writes: true, returnsRows: false, decode: new Map() };
}

/** The log's other end: entries that are removed, and epochs that end. */
export class Retention {
  readonly #kernel: Kernel;
  readonly #system: SystemHandle;
  readonly #setPruned: Plan;
  readonly #setEpoch: Plan;

  constructor(kernel: Kernel, system: SystemHandle) {
    this.#kernel = kernel;
    this.#system = system;
    this.#setPruned = epochPlan('changes.setPruned', { sqlite: 'pruned_seq = ?', postgres: 'pruned_seq = $1' }, kernel);
    this.#setEpoch = epochPlan(
      'changes.setEpoch',
      {
        sqlite: 'id = ?, started_at = ?, pruned_seq = 0',
        postgres: 'id = $1, started_at = $2, pruned_seq = 0',
      },
      kernel,
    );
  }

  async prune(options: PruneChanges): Promise<number> {
    const { keepMs, keepRows } = { ...this.#kernel.config.changes, ...options };
    let total = 0;
    for (;;) {
      const removed = await this.#system.transaction(async (system) => {
        const newest = (await system.first(findNewest))?.seq;
        if (newest === undefined) return 0;
        const before = new Date(Date.now() - keepMs);
        const found = await system.first(findPrunable, { before, highest: newest - keepRows, chunk: CHUNK });
        // SQLite gives the next number by the newest entry, so that one stays.
        const bound = Math.min(found?.bound ?? 0, newest - 1);
        if (bound <= 0) return 0;
        const { changes } = await system.run(eraseUpTo, { bound });
        if (changes > 0) await this.#set(this.#setPruned, [bound]);
        return changes;
      });
      if (removed === 0) return total;
      total += removed;
    }
  }

  async startEpoch(id: string): Promise<void> {
    const encode = this.#kernel.engine.encoder('timestamp');
    await this.#system.transaction(async (system) => {
      await system.run(eraseUpTo, { bound: Number.MAX_SAFE_INTEGER });
      await this.#set(this.#setEpoch, [id, encode(new Date())]);
    });
  }

  async #set(plan: Plan, values: readonly unknown[]): Promise<void> {
    await this.#kernel.statement(
      plan,
      undefined,
      (runner) => runner.execute(plan, values),
      ({ changes }) => changes,
    );
  }
}
