import type { Database } from '@keelson/db-core';
import type { TestOpenOptions } from '@keelson/db-core/testing';
import type { EngineName } from '../scenarios.ts';

/** What a mechanism's benchmark works with, on one engine. */
export interface MechanismStage {
  readonly engine: EngineName;
  /** A fresh database with every migration and no rows, opened; it is closed and removed after the figures are there. */
  open(options?: TestOpenOptions): Promise<Database>;
  /** The URL of such a database, unopened: for other processes, and for opening one several times. */
  url(): Promise<string>;
  /** Tells people what is being done. */
  log(line: string): void;
  /** 1 is the size that the figures are promised for; less is for seeing that a benchmark runs at all. */
  readonly scale: number;
}

/** By key, which begins with the engine and the mechanism's name: `sqlite.jobs.eightSlots.perSecond`. */
export type Figures = Readonly<Record<string, number>>;

export type Target = { readonly atMost: number } | { readonly below: number } | { readonly atLeast: number };

/** One line of the list in `list.ts`. */
export interface Mechanism {
  /** `jobs`: with the engine before it, what the command line chooses by. */
  readonly name: string;
  /** What is measured, in a few words. */
  readonly title: string;
  readonly engines: readonly EngineName[];
  /** By the figures' keys. Figures without one are told and not judged. */
  readonly targets: Readonly<Record<string, Target>>;
  readonly figures: (stage: MechanismStage) => Promise<Figures>;
}
