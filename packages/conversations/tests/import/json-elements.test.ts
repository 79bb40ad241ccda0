import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readArray } from '../../src/import/json-array.ts';
import type { Element } from '../../src/import/json-elements.ts';
import { readLines } from '../../src/import/json-lines.ts';

const options = { maxElementBytes: 1_000 };

/** The text's bytes in pieces of the given lengths, which repeat. */
async function* pieces(text: string | Uint8Array, lengths: readonly number[] = [7]): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length]!;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

async function collect(elements: AsyncIterable<Element>): Promise<Element[]> {
  const all: Element[] = [];
  for await (const element of elements) all.push(element);
  return all;
}

async function valuesOf(elements: AsyncIterable<Element>): Promise<unknown[]> {
  return (await collect(elements)).map((element) => ('value' in element ? element.value : element.fault.code));
}

const faultsOf = (elements: readonly Element[]) =>
  elements.flatMap((element) => ('fault' in element ? [{ ...element.place, code: element.fault.code }] : []));

describe('elements of a JSON array', () => {
  it("are the array's, however the bytes are cut and whatever the strings hold", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(undefined, 1, '\t'),
        async (list, lengths, indent) => {
          const text = ` ${JSON.stringify(list, null, indent)} \n`;
          const read = await valuesOf(readArray(pieces(text, lengths), { maxElementBytes: 1_000_000 }));
          expect(read).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are read when strings hold brackets, quotes and commas', async () => {
    const list = [{ a: 'x],"y' }, ['\\', '"]', '{'], 'plain, with comma', 5, null];
    expect(await valuesOf(readArray(pieces(JSON.stringify(list), [1]), options))).toEqual(list);
  });

  it('leave out a broken one, with its index, and go on', async () => {
    const elements = await collect(readArray(pieces('[{"a":1},{"b":},{"c":3}]'), options));
    expect(elements.map((element) => ('value' in element ? element.value : null))).toEqual([{ a: 1 }, null, { c: 3 }]);
    expect(faultsOf(elements)).toEqual([{ index: 1, code: 'BROKEN_JSON' }]);
  });

  it('that are complete are kept when the file ends too early', async () => {
    const elements = await collect(readArray(pieces('[{"a":1},{"b":2},{"c":"unfini'), options));
    expect(elements.slice(0, 2).map((element) => 'value' in element && element.value)).toEqual([{ a: 1 }, { b: 2 }]);
    expect(faultsOf(elements)).toEqual([{ index: 2, code: 'TRUNCATED' }]);
  });

  it('include the last one when only the closing bracket is missing, and that is said', async () => {
    const elements = await collect(readArray(pieces('[{"a":1}'), options));
    expect(elements[0]).toMatchObject({ value: { a: 1 } });
    expect(faultsOf(elements)).toEqual([{ index: 1, code: 'TRUNCATED' }]);
  });

  it('end with the array; what follows is reported once', async () => {
    const elements = await collect(readArray(pieces('[1,2] \n [3]'), options));
    expect(await valuesOf(readArray(pieces('[1,2]\n\n'), options))).toEqual([1, 2]);
    expect(faultsOf(elements)).toEqual([{ index: 2, code: 'TRAILING_DATA' }]);
  });

  it('that are too long are passed over without being held', async () => {
    const elements = await collect(readArray(pieces(`[{"a":1},"${'x'.repeat(5_000)}",{"b":2}]`, [100]), options));
    expect(faultsOf(elements)).toEqual([{ index: 1, code: 'ELEMENT_TOO_LARGE' }]);
    expect(elements[2]).toMatchObject({ value: { b: 2 } });
  });

  it('may be none', async () => {
    expect(await collect(readArray(pieces('[ \n ]'), options))).toEqual([]);
  });

  it('survive a source that uses its memory again', async () => {
    async function* reused(): AsyncGenerator<Uint8Array> {
      const memory = Buffer.alloc(4);
      for await (const piece of pieces('["abcdefgh","ijklmnop"]', [4])) {
        memory.fill(0x20);
        memory.set(piece);
        yield memory.subarray(0, piece.length);
      }
    }
    expect(await valuesOf(readArray(reused(), options))).toEqual(['abcdefgh', 'ijklmnop']);
  });
});

describe('elements of lines', () => {
  it('are one a line, whatever ends the lines', async () => {
    expect(await valuesOf(readLines(pieces('{"a":1}\r\n\n  \n{"b":"\\n"}\n'), options))).toEqual([
      { a: 1 },
      { b: '\n' },
    ]);
  });

  it('leave out a broken one, with its line, and go on', async () => {
    const elements = await collect(readLines(pieces('{"a":1}\n\n{"b":\n{"c":3}\n'), options));
    expect(faultsOf(elements)).toEqual([{ line: 3, code: 'BROKEN_JSON' }]);
    expect(elements.at(-1)).toMatchObject({ place: { line: 4 }, value: { c: 3 } });
  });

  it('say when the file ends within a line', async () => {
    const elements = await collect(readLines(pieces('{"a":1}\n{"b":"unfini'), options));
    expect(faultsOf(elements)).toEqual([{ line: 2, code: 'TRUNCATED' }]);
  });

  it('do not repeat the text around a fault', async () => {
    const [element] = await collect(readLines(pieces('{"secret":"very private words" oops}\n'), options));
    expect(JSON.stringify(element)).not.toContain('private');
  });
});

describe('bytes that are no UTF-8', () => {
  it('become U+FFFD and are counted; genuine ones are not', async () => {
    const bytes = Buffer.concat([Buffer.from('["\uFFFD a'), Buffer.from([0xff, 0x20, 0xc3]), Buffer.from('"]')]);
    const [element] = await collect(readArray(pieces(bytes, [3]), options));
    expect(element).toMatchObject({ value: '\uFFFD a\uFFFD \uFFFD', replaced: 2 });
  });
});
