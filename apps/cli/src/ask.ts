import process from 'node:process';
import { InterruptedError } from './errors.ts';

/** Questions go to stderr: stdout is for the result. The library is loaded only when something is asked. */
export const ask = {
  async yes(message: string): Promise<boolean> {
    const { confirm } = await import('@clack/prompts');
    return answered(await confirm({ message, initialValue: false, output: process.stderr }));
  },

  async text(message: string): Promise<string> {
    const { text } = await import('@clack/prompts');
    return answered(await text({ message, output: process.stderr }));
  },

  async password(message: string, validate?: (value: string | undefined) => string | undefined): Promise<string> {
    const { password } = await import('@clack/prompts');
    return answered(
      await password({ message, output: process.stderr, ...(validate === undefined ? {} : { validate }) }),
    );
  },
};

/** Ctrl-C in a question is a symbol. */
function answered<T>(answer: T): Exclude<T, symbol> {
  if (typeof answer === 'symbol') throw new InterruptedError('Interrupted.');
  return answer as Exclude<T, symbol>;
}
