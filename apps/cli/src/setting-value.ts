import type { JsonValue, SettingType } from '@keelson/db-core';
import { UsageError } from './errors.ts';
import { readStdin } from './stdin.ts';

/** A setting's value as it is written on the command line; `-` stands for what stdin has. */
export async function settingValue(text: string, type: SettingType): Promise<JsonValue> {
  const written = text === '-' ? (await readStdin()).replace(/\r?\n$/, '') : text;
  if (type === 'string') return written;
  const value = parsed(written);
  if (value === undefined)
    throw new UsageError(`The value is not ${type === 'json' ? 'JSON' : `of the type ${type}`}.`, {
      hint: 'Write numbers as 7 or 0.5, true or false, and JSON in quotes of the shell.',
    });
  return value;
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
