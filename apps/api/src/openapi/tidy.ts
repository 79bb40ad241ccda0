type Json = Readonly<Record<string, unknown>>;

/** The parts of a description that are tidied. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Json>>;
  readonly components: Json & { readonly schemas: Readonly<Record<string, Json>> };
}

const REFERENCE = /^#\/components\/schemas\/(?<name>.+)$/;

/**
 * Leaves out what says nothing: schemas that nobody refers to (each is made for input and for output), patterns beside
 * the format that they spell out, bounds that are JavaScript's. Names are in order, so that the text is always the same.
 */
export function tidy<Document extends OpenApiDocument>(document: Document): Document {
  const { schemas } = document.components;
  const used = usedNames(document.paths, schemas);
  // What is only an input needs no name that says so.
  const names = new Map(used.map((name) => [name, used.includes(outputName(name)) ? name : outputName(name)]));
  const kept = used.map((name): [string, unknown] => {
    const schema = isInput(name) ? schemas[name] : withoutLimitsOnMembers(schemas[name]);
    return [names.get(name) ?? name, schema];
  });
  const tidied = {
    ...document,
    paths: withPlainAnswers(document.paths),
    components: { ...document.components, schemas: Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))) },
  };
  return mapped(tidied, (value) => renamed(withoutNoise(value), names)) as Document;
}

function usedNames(paths: unknown, schemas: Readonly<Record<string, Json>>): readonly string[] {
  const used = new Set<string>();
  const visit = (from: unknown): void => {
    mapped(from, (value) => {
      const name = referredName(value);
      if (name !== undefined && !used.has(name)) {
        used.add(name);
        visit(schemas[name]);
      }
      return value;
    });
  };
  visit(paths);
  return [...used];
}

function referredName({ $ref }: Json): string | undefined {
  return typeof $ref === 'string' ? REFERENCE.exec($ref)?.groups?.['name'] : undefined;
}

function isInput(name: string): boolean {
  return name.endsWith('Input');
}

function outputName(name: string): string {
  return name.replace(/Input$/, '');
}

function renamed(value: Json, names: ReadonlyMap<string, string>): Json {
  const name = referredName(value);
  return name === undefined ? value : { ...value, $ref: `#/components/schemas/${names.get(name) ?? name}` };
}

function withoutNoise(value: Json): Json {
  const { pattern, minimum, maximum, propertyNames, ...rest } = value;
  return {
    ...rest,
    ...(pattern === undefined || value['format'] === 'date-time' || value['format'] === 'uuid' ? {} : { pattern }),
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
    // That the names of members are strings is so in all of JSON.
    ...(propertyNames === undefined || JSON.stringify(propertyNames) === '{"type":"string"}' ? {} : { propertyNames }),
  };
}

/** Answers may get more members with time; a client must not refuse those that it doesn't know. */
function withoutLimitsOnMembers(schema: unknown): unknown {
  return mapped(schema, ({ additionalProperties, ...rest }) =>
    additionalProperties === undefined || additionalProperties === false ? rest : { ...rest, additionalProperties },
  );
}

function withPlainAnswers(paths: OpenApiDocument['paths']): Json {
  return mapped(paths, (value) =>
    'responses' in value ? { ...value, responses: withoutLimitsOnMembers(value['responses']) } : value,
  ) as Json;
}

/** A copy in which each object went through `change`, the inner ones first. */
function mapped(value: unknown, change: (value: Json) => Json): unknown {
  if (Array.isArray(value)) return value.map((item) => mapped(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return change(Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapped(member, change)])));
}
