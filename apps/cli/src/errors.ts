import process from 'node:process';
import { styleText } from 'node:util';
import { CommanderError } from '@commander-js/extra-typings';
import { asKeelsonError, defineError, KeelsonError } from '@keelson/db-core';

/** The command line itself is wrong: an unknown command or option, a missing or extra argument, a value that can't be. */
export class UsageError extends defineError({
  code: 'USAGE',
  title: 'The command line is not understood',
  status: 400,
  exitCode: 2,
  retriable: false,
  hint: 'Run the command with --help to see what it takes.',
}) {}

/** Somebody was asked and said no, or nobody could be asked. */
export class DeclinedError extends defineError({
  code: 'DECLINED',
  title: 'Nothing was done, because it was not confirmed',
  status: 409,
  exitCode: 3,
  retriable: false,
  hint: 'Run the command in a terminal and confirm, or give --yes.',
}) {}

/** The file or the pipe that stdout leads to takes no more. */
export class OutputError extends defineError({
  code: 'OUTPUT',
  title: 'What the command says cannot be written',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'Look at the space on the disk where the output goes. What is there of it is not whole.',
}) {}

/** Ctrl-C. */
export class InterruptedError extends defineError({
  code: 'INTERRUPTED',
  title: 'The command was interrupted',
  status: 499,
  exitCode: 130,
  retriable: false,
  hint: 'Run it again; what was begun and not finished was undone.',
}) {}

/** commander's own errors in the catalogue's words; help and version aren't errors and give undefined. */
function fromCommander(error: CommanderError): KeelsonError | undefined {
  if (error.exitCode === 0) return undefined;
  const said = error.code === 'commander.help' ? 'A command is missing.' : error.message.replace(/^error: /, '');
  const [first = said, ...more] = said.split('\n').filter((line) => line !== '');
  const message = `${first.charAt(0).toUpperCase()}${first.slice(1)}`.replace(/[^.)?!]$/, '$&.');
  const suggestion = more.join(' ').replace(/^\((.*)\)$/, '$1');
  return new UsageError(message, suggestion === '' ? {} : { hint: suggestion });
}

/** Any thrown value as an error of the catalogue; undefined for what isn't an error at all. */
export function toKeelsonError(error: unknown): KeelsonError | undefined {
  return error instanceof CommanderError ? fromCommander(error) : asKeelsonError(error);
}

export interface ReportOptions {
  readonly json: boolean;
  /** Also tell what is underneath. */
  readonly verbose: boolean;
}

/** Says on stderr what went wrong and what to do: for people, or with `--json` as `{"error":{code,message,hint,details}}`. */
export function reportError(error: KeelsonError, { json, verbose }: ReportOptions): void {
  const { code, message, hint, details } = error;
  if (json) {
    process.stderr.write(`${JSON.stringify({ error: { code, message, hint, details } })}\n`);
    return;
  }
  const paint = (style: 'red' | 'cyan' | 'dim', text: string): string =>
    styleText(style, text, { stream: process.stderr });
  const unknown = error.code === 'INTERNAL' && !verbose;
  process.stderr.write(`${paint('red', 'error:')} ${message} ${paint('dim', `(${code})`)}\n`);
  process.stderr.write(`${paint('cyan', 'hint:')}  ${hint}${unknown ? ' --verbose shows the cause.' : ''}\n`);
  if (verbose)
    process.stderr.write(
      causesOf(error)
        .map((line) => `${paint('dim', line)}\n`)
        .join(''),
    );
}

function causesOf(error: KeelsonError): string[] {
  const lines: string[] = [];
  for (let cause = error.cause; cause instanceof Error && lines.length < 5; cause = cause.cause) {
    const known = cause instanceof KeelsonError ? ` (${cause.code})` : '';
    lines.push(`cause: ${known === '' ? (cause.stack ?? cause.message) : `${cause.message}${known}`}`);
  }
  return lines;
}
