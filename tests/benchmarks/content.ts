/** Made-up messages whose sizes are like those of real conversations, the same in every run. */

/** Numbers from 0 to 1 that look random and aren't (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const WORDS =
  'the a of and to in is that it you for with as on this are be have can we not or from by will at an if when which how what your then there them some more about use way make need want first time work data list page table index query value number error file line code test case point result answer question order change write read user message system model server client request response connection transaction database function parameter example because however therefore between without several another possible important different "quoted" don\'t it\'s (see below) {"key": 1} C:\\temp'.split(
    ' ',
  );
const FOREIGN = ['größer', 'naïve', 'señal', '設定', '例えば', 'пример', '→', '✓', '😀'];

/** Characters of a message: half have less than 260, one in twenty more than 2,000. */
function contentLength(random: () => number, role: string): number {
  const gaussian = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const middle = role === 'assistant' ? 500 : 140;
  return Math.min(20_000, Math.max(8, Math.round(middle * Math.exp(0.9 * gaussian))));
}

/** One message in eight has letters beyond Latin-1, which V8 keeps in another form. */
export function text(random: () => number, role: string): string {
  const length = contentLength(random, role);
  const isForeign = random() < 0.125;
  const words: string[] = [];
  for (let size = 0; size < length;) {
    const list = isForeign && random() < 0.1 ? FOREIGN : WORDS;
    const word = list[Math.floor(random() * list.length)] ?? '';
    words.push(word);
    size += word.length + 1;
  }
  return words.join(random() < 0.2 ? '\n' : ' ');
}

export function metadata(random: () => number, role: string): unknown {
  const common = { client: random() < 0.7 ? 'web' : 'cli', locale: 'en-GB' };
  if (role !== 'assistant') return common;
  const temperature = Math.round(random() * 10) / 10;
  return { ...common, temperature, finish_reason: 'stop', usage: { prompt: Math.floor(random() * 4000), cached: 0 } };
}

export function parts(random: () => number, role: string): unknown {
  if (role !== 'tool') return null;
  const output = { status: 'ok', rows: Math.floor(random() * 100), note: text(random, 'user') };
  return [{ type: 'tool-result', toolName: 'search', toolCallId: `call_${Math.floor(random() * 1e9)}`, output }];
}

/** A question, an answer, now and then what a tool gave. */
export function roleAt(seq: number): 'system' | 'user' | 'assistant' | 'tool' {
  if (seq === 1) return 'system';
  if (seq % 12 === 0) return 'tool';
  return seq % 2 === 0 ? 'user' : 'assistant';
}
