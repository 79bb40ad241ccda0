import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { KeelsonError } from '@keelson/db-core';
import { describe, expect, it } from 'vitest';
import { commandsFor } from '../src/commands.ts';
import { Context } from '../src/context.ts';
import { toKeelsonError } from '../src/errors.ts';
import { Interrupt } from '../src/interrupt.ts';
import { createProgram } from '../src/program.ts';

const interrupt = new Interrupt();
const all = await commandsFor([]);

function newProgram(): ReturnType<typeof createProgram> {
  const program: ReturnType<typeof createProgram> = createProgram(new Context(interrupt, () => program.opts()), all);
  return program;
}

function everyCommand(command: CommandUnknownOpts): CommandUnknownOpts[] {
  return [command, ...command.commands.flatMap((child) => everyCommand(child))];
}

function helpOf(command: CommandUnknownOpts): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

/** What a command line that isn't understood comes to. */
async function faultOf(...args: string[]): Promise<KeelsonError | undefined> {
  const program = newProgram();
  for (const command of everyCommand(program))
    command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  return program.parseAsync(args, { from: 'user' }).then(
    () => undefined,
    (error: unknown) => toKeelsonError(error),
  );
}

describe('the commands that are loaded', () => {
  const names = async (...args: string[]): Promise<string[]> => {
    const program: ReturnType<typeof createProgram> = createProgram(
      new Context(interrupt, () => program.opts()),
      await commandsFor(args),
    );
    return program.commands.map((command) => command.name());
  };

  it('are only the one that is named, whatever stands before it', async () => {
    for (const name of newProgram().commands.map((command) => command.name())) {
      if (name !== 'completion') expect(await names(name), name).toEqual([name]);
    }
    expect(await names('--json', '--url', 'migrate', '--verbose', 'jobs', 'list')).toEqual(['jobs']);
    expect(await names('--url=sqlite:///a.db', 'info', '--help')).toEqual(['info']);
  });

  it('are all of them where all are shown or looked through', async () => {
    const everything = newProgram().commands.map((command) => command.name());
    for (const args of [
      [],
      ['--help'],
      ['help', 'status'],
      ['completion', 'bash'],
      ['statsu'],
      ['toString'],
      ['--url'],
    ])
      expect(await names(...args), args.join(' ')).toEqual(everything);
  });
});

describe('the command line', () => {
  it('has every command that there should be', () => {
    const names = newProgram().commands.map((command) => command.name());
    expect(names).toEqual(
      expect.arrayContaining([
        'init',
        'status',
        'migrate',
        'rollback',
        'create-migration',
        'validate',
        'info',
        'health',
        'create-admin',
        'token',
        'conversations',
        'serve',
        'start',
        'demo',
      ]),
    );
  });

  it('has an example in the help of each, and the global options', () => {
    for (const command of everyCommand(newProgram())) {
      const help = helpOf(command);
      expect(help, command.name()).toMatch(/Examples:\n {2}\$ .*keelson /);
      expect(help, command.name()).toContain('--json');
      expect(command.description(), command.name()).not.toBe('');
    }
  });

  it('describes its JSON in the help of each that has a result', () => {
    const groups = [
      'keelson',
      'token',
      'organisation',
      'conversations',
      'changes',
      'jobs',
      'settings',
      'inspect',
      'policy',
      'user',
      'vectors',
      'backups',
      'alerts',
    ];
    const without = [...groups, 'export'];
    for (const command of everyCommand(newProgram()).filter((each) => !without.includes(each.name()))) {
      expect(helpOf(command), command.name()).toContain('With --json:');
    }
  });

  it.each([['rollback'], ['restore'], ['restored'], ['erase'], ['backups', 'prune'], ['settings', 'remove']])(
    'lets %s %s be tried, asks before it, and takes the answer beforehand',
    (...path: string[]) => {
      const command = path.reduce<CommandUnknownOpts>(
        (parent, name) => parent.commands.find((each) => each.name() === name) ?? parent,
        newProgram(),
      );
      expect(command.name()).toBe(path.at(-1));
      const flags = command.options.map(({ long }) => long);
      expect(flags).toEqual(expect.arrayContaining(['--dry-run', '--yes', '--confirm']));
    },
  );

  it.each([
    [['stauts'], 'status'],
    [['status', '--jsn'], '--json'],
    [['token', 'creat'], 'create'],
    [['migrate', '--dryrun'], '--dry-run'],
  ])('suggests what %j may have meant', async (args, meant) => {
    const error = await faultOf(...args);
    expect(error).toMatchObject({ code: 'USAGE', exitCode: 2, hint: expect.stringContaining(meant) });
  });

  it.each([
    [['status', 'now'], /Too many arguments/],
    [['create-admin'], /EMAIL/],
    [['rollback', '7'], /four digits/],
    [['migrate', '--to'], /argument missing/],
    [['migrate', '--to', 'last'], /four digits/],
    [['health', '--timeout', 'soon'], /whole number/],
    [['conversations', 'list', '--limit', '0'], /from 1 to 500/],
    [['conversations', 'list', '--status', 'OPEN'], /ACTIVE/],
    [['conversations', 'show'], /ID/],
    [['conversations', 'show', 'x', '--last', '5', '--limit', '5'], /--last/],
    [['conversations', 'import', 'x', '--format', 'word'], /no format/],
    [['token', 'create', '--expires', '2001-01-01'], /future/],
    [['token', 'create', '--expires', 'soon'], /90d/],
    [['serve', '--port', '70000'], /65535/],
    [['create-migration', 'x', '--prefix', 'shop'], /prefix/],
  ])('refuses %j before anything is opened', async (args, message) => {
    expect(await faultOf(...args)).toMatchObject({
      code: 'USAGE',
      exitCode: 2,
      message: expect.stringMatching(message),
    });
  });

  it('takes help and the version for no error', async () => {
    expect(await faultOf('--version')).toBeUndefined();
    expect(await faultOf('help', 'migrate')).toBeUndefined();
    expect(await faultOf('conversations', 'import', '--help')).toBeUndefined();
    expect(await faultOf()).toMatchObject({ code: 'USAGE' });
  });
});
