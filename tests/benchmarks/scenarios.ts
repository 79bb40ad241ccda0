import { newId } from '@keelson/db-core';
import type { Contender } from './contenders/contender.ts';
import type { Facade } from './contenders/facade.ts';
import { randomNumbers, text } from './content.ts';
import type { Population } from './population.ts';
import type { MaybePromise, Slot } from './rounds.ts';

/** The contender that is ours in every scenario. */
export const OURS = 'keelson';

export type EngineName = 'sqlite' | 'postgres';

/** Our time may be at most so many times the other's; ahead of a peer means below 1. */
export type Targets = Readonly<Record<string, number>>;

export interface Work<C> extends Slot<C> {
  /** Conversations that it writes to. */
  readonly conversations: readonly string[];
}

export interface Scenario<C> {
  /** `sqlite.pointRead`: what reports call it, and what the command line chooses by. */
  readonly id: string;
  readonly engine: EngineName;
  /** What one operation is. */
  readonly title: string;
  readonly warmUp: number;
  readonly rounds: number;
  /** By the contender's name; only those with a target are judged. */
  readonly targets: Targets;
  /** Who does a part of the operations only; see `race`. Where rows are written all do the same. */
  readonly shares: Readonly<Record<string, number>>;
  prepare(population: Population, round: number): Work<C>;
}

const PEERS: Targets = { kysely: 1, drizzle: 1, knex: 1 };
/** About what they are slower by, so that all turns take about as long. */
const READ_SHARES = { kysely: 0.15, drizzle: 0.1, 'drizzle-prepared': 0.8, knex: 0.1 };
const LIST_SHARES = { kysely: 0.6, drizzle: 0.4, 'drizzle-prepared': 0.8, knex: 0.5 };
const BULK_ROWS = 10_000;

function work<C, Input>(
  inputs: readonly Input[],
  run: (contender: C, input: Input) => MaybePromise<unknown>,
  conversations: readonly string[] = [],
): Work<C> {
  return {
    operations: inputs.length,
    conversations,
    run: (contender, index) => run(contender, inputs[index] as Input),
  };
}

function numbers(round: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => round * count + index);
}

interface Size {
  readonly operations: number;
  readonly warmUp: number;
  readonly rounds: number;
}

function pointRead(engine: EngineName, targets: Targets, { operations, ...times }: Size): Scenario<Contender> {
  return {
    id: `${engine}.pointRead`,
    engine,
    title: 'one conversation by its id',
    targets,
    shares: READ_SHARES,
    ...times,
    prepare: (population, round) =>
      work(
        numbers(round, operations).map((number) => population.at(number)),
        (contender, { userId, conversation }) => contender.findConversation(userId, conversation.id),
      ),
  };
}

function list50(engine: EngineName, targets: Targets, { operations, ...times }: Size): Scenario<Contender> {
  return {
    id: `${engine}.list50`,
    engine,
    title: 'a page of 50 messages',
    targets,
    shares: LIST_SHARES,
    ...times,
    prepare: (population, round) =>
      work(
        numbers(round, operations).map((number) => ({ ...population.at(number), afterSeq: number % 50 })),
        (contender, { userId, conversation, afterSeq }) => contender.listMessages(userId, conversation.id, afterSeq),
      ),
  };
}

function append(engine: EngineName, targets: Targets, { operations, ...times }: Size): Scenario<Contender> {
  return {
    id: `${engine}.append`,
    engine,
    title: 'a transaction: the counter, then a message',
    targets,
    shares: {},
    ...times,
    prepare(population, round) {
      const inputs = numbers(round, operations).map((number) => {
        const seeded = population.at(number);
        return { userId: seeded.userId, message: population.next(seeded) };
      });
      const conversations = inputs.map(({ message }) => message.conversation_id);
      return work(inputs, (contender, { userId, message }) => contender.append(userId, message), conversations);
    },
  };
}

function bulk(engine: EngineName, targets: Targets, times: Omit<Size, 'operations'>): Scenario<Contender> {
  return {
    id: `${engine}.bulk`,
    engine,
    title: '10,000 messages in one transaction',
    targets,
    shares: {},
    ...times,
    prepare(population, round) {
      const empty = population.emptyAt(round);
      const input = { userId: empty.userId, rows: population.thread(empty, BULK_ROWS) };
      return work([input], (contender, { userId, rows }) => contender.insertMany(userId, rows), [
        empty.conversation.id,
      ]);
    },
  };
}

/** Of Keelson's own SQL kernel, against the bare driver and those who do the same work. */
export const kernelScenarios: readonly Scenario<Contender>[] = [
  pointRead('sqlite', { bare: 2, ...PEERS }, { operations: 2000, warmUp: 5, rounds: 21 }),
  list50('sqlite', { bare: 1.15, ...PEERS }, { operations: 100, warmUp: 12, rounds: 21 }),
  append('sqlite', { bare: 1.5, ...PEERS }, { operations: 200, warmUp: 12, rounds: 21 }),
  bulk('sqlite', { bare: 1.3, ...PEERS }, { warmUp: 2, rounds: 9 }),
  pointRead('postgres', { bare: 1.15 }, { operations: 100, warmUp: 40, rounds: 41 }),
  list50('postgres', { bare: 1.15 }, { operations: 40, warmUp: 50, rounds: 41 }),
  append('postgres', { bare: 1.15 }, { operations: 40, warmUp: 50, rounds: 41 }),
];

/** Of the domain's facade, zod included, against the same statements by hand. There is no target for it. */
export const facadeScenarios: readonly Scenario<Facade>[] = [
  {
    id: 'sqlite.facade.pointRead',
    engine: 'sqlite',
    title: 'Conversations.getConversation',
    targets: {},
    shares: {},
    warmUp: 12,
    rounds: 21,
    prepare: (population, round) =>
      work(
        numbers(round, 1000).map((number) => population.at(number)),
        (facade: Facade, { userId, conversation }) => facade.getConversation(userId, conversation.id),
      ),
  },
  {
    id: 'sqlite.facade.list50',
    engine: 'sqlite',
    title: 'Conversations.getMessages, 50 of them',
    targets: {},
    shares: {},
    warmUp: 12,
    rounds: 21,
    prepare: (population, round) =>
      work(
        numbers(round, 100).map((number) => population.at(number)),
        (facade: Facade, { userId, conversation }) => facade.getMessages(userId, conversation.id),
      ),
  },
  {
    id: 'sqlite.facade.append',
    engine: 'sqlite',
    title: 'Conversations.saveUserMessage',
    targets: {},
    shares: {},
    warmUp: 12,
    rounds: 21,
    prepare(population, round) {
      const random = randomNumbers(round + 1);
      const inputs = numbers(round, 200).map((number) => {
        const { userId, conversation } = population.at(number);
        const metadata = { client: 'web', locale: 'en-GB' };
        const message = {
          conversationId: conversation.id,
          content: text(random, 'user'),
          requestId: newId(),
          metadata,
        };
        return { userId, message };
      });
      const conversations = inputs.map(({ message }) => message.conversationId);
      return work(
        inputs,
        (facade: Facade, { userId, message }) => facade.saveUserMessage(userId, message),
        conversations,
      );
    },
  },
];

/** Does one of the names choose this scenario? A name is an id, the beginning of one, or one part of it. */
export function isChosen(id: string, names: readonly string[]): boolean {
  const parts = id.toLowerCase().split('.');
  return (
    names.length === 0 ||
    names.some((name) => {
      const wanted = name.toLowerCase().split('.');
      return wanted.length === 1
        ? parts.includes(name.toLowerCase())
        : wanted.every((part, index) => parts[index] === part);
    })
  );
}
