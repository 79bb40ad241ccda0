import process from 'node:process';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { MirrorEvent } from '@keelson/conversations/mirror';
import type { Context } from '../context.ts';
import { closeSoon, commandConfig, initializeDatabase, openForCommand, otherDatabase, placeOf } from '../database.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';
import { sigterm } from '../interrupt.ts';
import { progressLine } from '../progress-line.ts';

export function addConversationsMirror(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('mirror')
    .description("keep a copy of everybody's figures, without any content, in a database of its own for analytics")
    .requiredOption('--to <DATABASE>', 'a file, made when it is not there, or the URL of an empty PostgreSQL database')
    .option('--once', 'end when everything up to now is there (default: follow what changes)')
    .addHelpText(
      'after',
      examples(
        'keelson conversations mirror --to data/analytics.db',
        'keelson conversations mirror --to data/analytics.db --once --json',
        'keelson conversations mirror --to postgresql://ada@localhost/analytics',
      ),
    )
    .addHelpText(
      'after',
      document('{"engine","database","mirror","consumer","filled":messages brought over,"changes":changes followed}'),
    )
    .addHelpText(
      'after',
      '\nRun again it goes on where it ended. Ctrl-C ends it with 130, SIGTERM with 0. Titles, texts, parts, tools and metadata are\nnever copied; what is deleted or erased goes from the mirror, too. A password is better given as PGPASSWORD than in the URL.\n',
    )
    .action(async ({ to: place, once = false }) => {
      const { output, interrupt, config } = context;
      const to = commandConfig(context, otherDatabase(context, place));
      const database = openForCommand(context, commandConfig(context), false);
      try {
        await interrupt.race(initializeDatabase(context, database));
        const { mirrorConversations } = await import('@keelson/conversations/mirror');
        const lines = new MirrorLines(context, placeOf(to).database, once);
        const outcome = await mirrorConversations(database, {
          to,
          once,
          signal: AbortSignal.any([interrupt.signal, sigterm()]),
          onEvent: (event) => lines.tell(event),
        }).finally(() => lines.end());
        if (interrupt.signal.aborted) context.exitCode = 130;
        output.result({ ...placeOf(config.database), mirror: placeOf(to).database, ...outcome }, () =>
          output.line(
            `${placeOf(to).database}: ${plural(outcome.filled, 'message')} brought over, ${plural(outcome.changes, 'change')} followed.`,
          ),
        );
      } finally {
        await closeSoon(database);
      }
    });
}

const REASONS = {
  new: 'The mirror is new',
  epoch: 'The database was restored or moved',
  behind: 'Changes were removed before the mirror had them',
  resumed: 'The last run was interrupted',
} as const;

/** What the command says while it works: on a terminal one line that is written over, and what matters on lines of its own. */
class MirrorLines {
  readonly #context: Context;
  readonly #mirror: string;
  readonly #once: boolean;
  readonly #line = progressLine(process.stderr);
  #isFilling = false;
  #isFollowing = false;
  #changes = 0;

  constructor(context: Context, mirror: string, once: boolean) {
    this.#context = context;
    this.#mirror = mirror;
    this.#once = once;
  }

  tell(event: MirrorEvent): void {
    switch (event.type) {
      case 'waiting':
        this.#say(`Another process keeps ${this.#mirror}, or died a moment ago: waiting.`);
        break;
      case 'filling': {
        const { reason, messages, total } = event;
        if (!this.#isFilling) this.#say(`${REASONS[reason]}: bringing over ${plural(total, 'message')}.`);
        this.#isFilling = true;
        this.#line.show(() => `${messages.toLocaleString('en')} of ${total.toLocaleString('en')} messages`);
        break;
      }
      case 'filled':
        this.#isFilling = false;
        this.#say(`Brought over: ${plural(event.messages, 'message')}.`);
        break;
      case 'current':
        if (this.#isFollowing || this.#once) break;
        this.#isFollowing = true;
        this.#say('Following what changes; Ctrl-C stops.');
        break;
      case 'followed':
        this.#changes += event.changes;
        this.#line.show(() => `${plural(this.#changes, 'change')} followed`);
        break;
      case 'damaged':
        this.#warn(`The conversation ${event.id} is left as it is in the mirror: ${event.error.message}`);
        break;
      case 'trouble':
        this.#warn(`It goes on when this has passed: ${event.error.message}`);
        break;
    }
  }

  end(): void {
    this.#line.clear();
  }

  #say(text: string): void {
    this.#line.clear();
    this.#context.output.note(text);
  }

  #warn(text: string): void {
    this.#line.clear();
    this.#context.output.warn(text);
  }
}
