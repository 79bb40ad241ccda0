import type { OpenApiDocument } from './tidy.ts';

type Operation = Readonly<Record<string, unknown>> & { readonly responses: Readonly<Record<string, unknown>> };
type Operations = Readonly<Record<string, Operation>>;

/**
 * Says once what many operations answer alike: of each status from 400 on, the answer that most of them have, as
 * `Problem401` and the like.
 */
export function shareAnswers<Document extends OpenApiDocument>(document: Document): Document {
  const operations = Object.values(document.paths as Readonly<Record<string, Operations>>).flatMap((path) =>
    Object.values(path),
  );
  const shared = commonAnswers(operations);
  const paths = mapValues(document.paths as Readonly<Record<string, Operations>>, (path) =>
    mapValues(path, (operation) => ({
      ...operation,
      responses: mapValues(operation.responses, (answer, status) =>
        shared.get(status) === JSON.stringify(answer) ? { $ref: `#/components/responses/${nameOf(status)}` } : answer,
      ),
    })),
  );
  const responses = Object.fromEntries(
    [...shared].map(([status, text]) => [nameOf(status), JSON.parse(text) as unknown]),
  );
  return { ...document, paths, components: { ...document.components, responses } };
}

function nameOf(status: string): string {
  return status === 'default' ? 'ProblemOther' : `Problem${status}`;
}

/** By status, the answer that at least two operations have in common, as JSON. */
function commonAnswers(operations: readonly Operation[]): Map<string, string> {
  const answers = operations.flatMap(({ responses }) =>
    Object.entries(responses)
      .filter(([status]) => status >= '400')
      .map(([status, answer]) => ({ status, text: JSON.stringify(answer) })),
  );
  const common = new Map<string, string>();
  const statuses = [...new Set(answers.map(({ status }) => status))].sort();
  for (const status of statuses) {
    const groups = Map.groupBy(
      answers.filter((answer) => answer.status === status),
      ({ text }) => text,
    );
    const [most] = [...groups].sort(([, a], [, b]) => b.length - a.length);
    if (most !== undefined && most[1].length > 1) common.set(status, most[0]);
  }
  return common;
}

function mapValues<Value, Result>(
  members: Readonly<Record<string, Value>>,
  change: (value: Value, key: string) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(members).map(([key, value]) => [key, change(value, key)]));
}
