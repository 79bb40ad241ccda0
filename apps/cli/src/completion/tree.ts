import type { CommandUnknownOpts } from '@commander-js/extra-typings';

/** What may follow at one place of the command line. */
export interface Place {
  /** The commands that lead there, such as `conversations import`; empty at the beginning. */
  readonly path: string;
  readonly commands: readonly Word[];
  readonly options: readonly Word[];
}

export interface Word {
  readonly word: string;
  readonly description: string;
}

/** Every place of a program, from its own commands and options, so that completion can't fall behind them. */
export function placesOf(program: CommandUnknownOpts): readonly Place[] {
  const globals = optionsOf(program);
  const walk = (command: CommandUnknownOpts, path: string): Place[] => {
    const own = path === '' ? [] : optionsOf(command);
    const commands = command.commands.map((child) => ({ word: child.name(), description: child.description() }));
    const children = command.commands.flatMap((child) => walk(child, `${path} ${child.name()}`.trim()));
    const options = [...own, ...globals, { word: '--help', description: 'show help' }];
    return [{ path, commands, options }, ...children];
  };
  return walk(program, '');
}

function optionsOf(command: CommandUnknownOpts): Word[] {
  return command.options.flatMap(({ long, description, hidden }) =>
    long === undefined || long === null || hidden ? [] : [{ word: long, description }],
  );
}
