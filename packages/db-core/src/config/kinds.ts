import { z } from 'zod';

/** What docs/configuration.md tells of a setting. */
export interface SettingDocs {
  readonly section: string;
  /** What may be written. */
  readonly values: string;
  /** What holds without it. */
  readonly initial: string;
  readonly meaning: string;
}

/** The documentation of each setting, beside its schema. */
export const settingDocs = z.registry<SettingDocs>();

const day = 86_400;

interface NumberRange {
  /** As it would be written. */
  readonly initial: string;
  readonly min: number;
  readonly max: number;
  /** What 0 means, where it may be written though `min` is above it. */
  readonly zero?: string;
}

function number(pattern: RegExp, what: string, { initial, min, max, zero }: NumberRange) {
  const error = `write ${what} from ${min} to ${max}${zero === undefined ? '' : `, or 0 for ${zero}`}, such as ${initial}`;
  return {
    values: `${what.replace(/^an? /, '')}, ${min}–${max}${zero === undefined ? '' : `; 0: ${zero}`}`,
    schema: z
      .string()
      .regex(pattern, { error })
      .transform(Number)
      .refine((value) => (value >= min && value <= max) || (zero !== undefined && value === 0), { error })
      .prefault(initial),
  };
}

const whole = /^\d{1,15}$/;
const decimal = /^\d{1,9}(?:\.\d{1,6})?$/;

interface Described {
  readonly section: string;
  readonly meaning: string;
}

/** Seconds as they are written; milliseconds in the result. */
export function seconds({
  section,
  meaning,
  ...range
}: Described & Partial<NumberRange> & { readonly initial: string }) {
  const { schema, values } = number(decimal, 'a number of seconds', { min: 0.1, max: day, ...range });
  return schema
    .transform((value) => Math.round(value * 1000))
    .register(settingDocs, { section, meaning, values, initial: `\`${range.initial}\`` });
}

export function milliseconds({
  section,
  meaning,
  ...range
}: Described & Partial<NumberRange> & { readonly initial: string }) {
  const { schema, values } = number(whole, 'a number of milliseconds', { min: 1, max: day * 1000, ...range });
  return schema.register(settingDocs, { section, meaning, values, initial: `\`${range.initial}\`` });
}

export function count({ section, meaning, ...range }: Described & NumberRange) {
  const { schema, values } = number(whole, 'a whole number', range);
  return schema.register(settingDocs, { section, meaning, values, initial: `\`${range.initial}\`` });
}

/** A count that depends on something else where nothing is written; `initial` says on what. */
export function optionalCount({
  section,
  meaning,
  initial,
  ...range
}: Described & Omit<NumberRange, 'initial'> & { readonly initial: string }) {
  const { schema, values } = number(whole, 'a whole number', { ...range, initial: String(range.min) });
  return schema.unwrap().optional().register(settingDocs, { section, meaning, values, initial });
}

export function flag({ section, meaning, initial }: Described & { readonly initial: 'true' | 'false' }) {
  return z
    .stringbool({
      truthy: ['true', '1', 'yes', 'on'],
      falsy: ['false', '0', 'no', 'off'],
      error: 'write true or false',
    })
    .prefault(initial)
    .register(settingDocs, { section, meaning, values: '`true`, `false`', initial: `\`${initial}\`` });
}

function choices(values: readonly string[]): string {
  return `write ${values.join(', ').replace(/, (?=[^,]*$)/, ' or ')}`;
}

export function choice<const Value extends string>(
  values: readonly Value[],
  { section, meaning, initial }: Described & { readonly initial: Value },
) {
  return z
    .enum(values, { error: choices(values) })
    .prefault(initial)
    .register(settingDocs, {
      section,
      meaning,
      values: values.map((value) => `\`${value}\``).join(', '),
      initial: `\`${initial}\``,
    });
}

/** A choice that something else makes where nothing is written; `initial` says what. */
export function optionalChoice<const Value extends string>(
  values: readonly Value[],
  { section, meaning, initial }: Described & { readonly initial: string },
) {
  return z
    .enum(values, { error: choices(values) })
    .optional()
    .register(settingDocs, { section, meaning, values: values.map((value) => `\`${value}\``).join(', '), initial });
}

/** Text that is checked where it is used together with others. */
export function text({ section, meaning, values, initial }: SettingDocs) {
  return z.string().optional().register(settingDocs, { section, meaning, values, initial });
}
