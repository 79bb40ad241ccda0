import { Argument, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { completionScript, SHELLS } from '../completion/scripts.ts';
import { placesOf } from '../completion/tree.ts';
import type { Context } from '../context.ts';
import { document, examples } from '../help.ts';

export function addCompletion(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('completion')
    .description('print what a shell needs to complete commands and options')
    .addArgument(new Argument('<SHELL>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        'source <(keelson completion bash)',
        'keelson completion zsh > ~/.zfunc/_keelson',
        'keelson completion fish > ~/.config/fish/completions/keelson.fish',
      ),
    )
    .addHelpText('after', document('{"shell","script"}'))
    .action((shell) => {
      const script = completionScript(shell, placesOf(parent));
      context.output.result({ shell, script }, () => context.output.line(script.trimEnd()));
    });
}
