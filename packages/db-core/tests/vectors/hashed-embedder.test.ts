import { describe, expect, it } from 'vitest';
import { hashedEmbedder } from '../../src/index.ts';
import { distance } from '../../src/vectors/vector.ts';

const embedder = hashedEmbedder();

/** Words as they are written, and as they come in texts: inflected, compounded, with a slip. */
const VARIANTS: readonly (readonly [string, readonly string[]])[] = [
  ['invoice', ['invoices', 'invoicing', 'invocie']],
  ['delivery', ['deliveries', 'delivary', 'redelivery']],
  ['complaint', ['complaints', 'complaintes', 'complant']],
  ['schedule', ['schedules', 'scheduled', 'shedule']],
  ['subscription', ['subscriptions', 'subscribtion', 'subscriptional']],
  ['password', ['passwords', 'pasword', 'passwordless']],
  ['refund', ['refunds', 'refunded', 'refundable']],
  ['warehouse', ['warehouses', 'warehousing', 'warehose']],
  ['kündigung', ['kündigungen', 'kuendigung', 'kündigungsfrist']],
  ['rechnung', ['rechnungen', 'rechnugn', 'jahresrechnung']],
  ['livraison', ['livraisons', 'livrason', 'relivraison']],
  ['договор', ['договора', 'договоры', 'договр']],
  ['meeting', ['meetings', 'meting', 'meetinged']],
  ['insurance', ['insurances', 'insurence', 'reinsurance']],
  ['appointment', ['appointments', 'apointment', 'appointed']],
  ['customer', ['customers', 'custommer', 'customized']],
];

describe('the packaged model', () => {
  it('gives the same vector for the same text, of length 1, and another for another text', async () => {
    const [one, same, other] = await embedder.embed(['Where is my parcel?', 'Where is my parcel?', 'Cancel my order']);
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    expect(one).toHaveLength(embedder.dimensions);
    expect(distance(one!, one!)).toBeCloseTo(0, 5);
  });

  it('is the same everywhere: a vector that changes needs a model of another name', async () => {
    const [vector] = await embedder.embed(['parcel']);
    const places = [...vector!.entries()].filter(([, value]) => value !== 0).map(([place]) => place);
    expect(embedder.model).toBe('keelson-hashed-v1');
    expect(places).toMatchInlineSnapshot(`
      [
        65,
        70,
        131,
        135,
        180,
        181,
        249,
        268,
        301,
        335,
        345,
        358,
      ]
    `);
  });

  it('looks at no case, no width and no composition of letters', async () => {
    const [a, b] = await embedder.embed(['ＣＡＦÉ', 'cafe\u0301']);
    expect(a).toEqual(b);
  });

  it.each(['', '   ', '!?', '🙂', 'x'])('has a direction for "%s"', async (text) => {
    const [vector] = await embedder.embed([text]);
    expect(vector!.some((value) => value !== 0)).toBe(true);
  });

  it('finds a word by its inflections, compounds and slips, where comparing whole words finds none', async () => {
    const sentences = VARIANTS.map(([word], index) => `please look at the ${word} of case ${index}`);
    const vectors = await embedder.embed(sentences);
    let found = 0;
    let asked = 0;
    for (const [index, [, variants]] of VARIANTS.entries()) {
      for (const variant of variants) {
        const [query] = await embedder.embed([variant]);
        const distances = vectors.map((vector) => distance(vector, query!));
        found += distances.indexOf(Math.min(...distances)) === index ? 1 : 0;
        asked += 1;
        expect(sentences.some((sentence) => sentence.split(' ').includes(variant))).toBe(false);
      }
    }
    expect({ found, asked }).toEqual({ found: 44, asked: 48 });
  });

  it('knows no meaning', async () => {
    const [car, automobile, carpet] = await embedder.embed(['car', 'automobile', 'carpet']);
    expect(distance(car!, automobile!)).toBeGreaterThan(distance(car!, carpet!));
  });

  it('ends when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(embedder.embed(['a'], { signal })).rejects.toThrow('enough');
  });
});
