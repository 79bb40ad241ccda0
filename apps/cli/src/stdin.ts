import process from 'node:process';
import { text } from 'node:stream/consumers';
import { UsageError } from './errors.ts';

const LONGEST = 10_000;

/** All of stdin, for something short. */
export async function readStdin(): Promise<string> {
  const given = await text(process.stdin);
  if (given.length > LONGEST)
    throw new UsageError('There is too much on stdin.', { hint: 'Give only what was asked for.' });
  return given;
}
