import { ElementBytes, type Element, type ReadOptions } from './json-elements.ts';

const LF = 0x0a;

/** The elements of a file with one JSON value a line. Empty lines are passed over; a broken one doesn't harm the next. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, options: ReadOptions): AsyncGenerator<Element> {
  const bytes = new ElementBytes(options.maxElementBytes);
  let line = 1;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      bytes.add(chunk.subarray(start, end));
      const element = bytes.take({ line });
      if (element !== undefined) yield element;
      line += 1;
      start = end + 1;
    }
    bytes.add(chunk.subarray(start));
  }
  const last = bytes.take({ line });
  if (last === undefined) return;
  if ('fault' in last && last.fault.code === 'BROKEN_JSON') {
    const message = `${last.fault.message}; the file ends within this line`;
    yield { place: last.place, replaced: 0, fault: { code: 'TRUNCATED', message } };
  } else {
    yield last;
  }
}

/** A file that is a single value, however many lines it has. */
export async function* readDocument(chunks: AsyncIterable<Uint8Array>, options: ReadOptions): AsyncGenerator<Element> {
  const bytes = new ElementBytes(options.maxElementBytes);
  for await (const chunk of chunks) bytes.add(chunk);
  const element = bytes.take({ line: 1 });
  if (element !== undefined) yield element;
}
