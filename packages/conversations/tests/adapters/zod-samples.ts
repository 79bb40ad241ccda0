import type { z } from 'zod';

/** What the schemas of zod tell of themselves, as far as samples need it. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly options?: readonly z.core.$ZodType[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly element?: z.core.$ZodType;
  readonly items?: readonly z.core.$ZodType[];
  readonly innerType?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly left?: z.core.$ZodType;
  readonly getter?: () => z.core.$ZodType;
}

/**
 * Values that a schema takes: of an object all members, and each of them in each of its ways at least once; of a union every
 * member. A kind of schema that isn't known here fails, so that nothing of a library's is passed over.
 */
export function samplesOf(schema: z.core.$ZodType): readonly unknown[] {
  const definition = schema._zod.def as unknown as Definition;
  switch (definition.type) {
    case 'object':
      return objects(definition.shape ?? {});
    case 'union':
      return (definition.options ?? []).flatMap(samplesOf);
    case 'literal':
      return definition.values ?? [];
    case 'enum':
      return Object.values(definition.entries ?? {});
    case 'array':
      return [definition.element === undefined ? [] : samplesOf(definition.element)];
    case 'tuple':
      return [(definition.items ?? []).map((item) => samplesOf(item)[0])];
    case 'optional':
    case 'default':
    case 'readonly':
      return definition.innerType === undefined ? [] : samplesOf(definition.innerType);
    case 'nullable':
      return definition.innerType === undefined ? [null] : [...samplesOf(definition.innerType), null];
    case 'record':
      return [definition.valueType === undefined ? {} : { member: samplesOf(definition.valueType)[0] }];
    case 'lazy':
      return definition.getter === undefined ? [] : samplesOf(definition.getter());
    case 'string':
      return ['A text that is long enough to have a place of its own, with \u{1F600} and \0.'];
    case 'number':
      return [7];
    case 'boolean':
      return [true, false];
    case 'null':
      return [null];
    case 'any':
    case 'unknown':
      return [{ anything: ['goes', 1, null] }, 'A text that is long enough to have a place of its own.'];
    case 'custom':
      return [Uint8Array.of(0, 1, 254, 255)];
    default:
      throw new Error(`There is no sample of ${definition.type}.`);
  }
}

function objects(shape: Readonly<Record<string, z.core.$ZodType>>): readonly unknown[] {
  const ways = Object.entries(shape).map(([name, member]) => [name, samplesOf(member)] as const);
  const count = Math.max(1, ...ways.map(([, values]) => values.length));
  return Array.from({ length: count }, (_, index) =>
    Object.fromEntries(ways.map(([name, values]) => [name, values[index % values.length]])),
  );
}
