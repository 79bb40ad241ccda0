import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSecretKey, type SecretKeys } from '../../src/config/index.ts';
import { SecretKeyMissingError, SecretUnreadableError } from '../../src/index.ts';
import { SecretBox } from '../../src/platform/secret-box.ts';

function keys(current: string, previous?: string): SecretKeys {
  const read = (letter: string) => readSecretKey(letter.repeat(64))!;
  return { current: read(current), previous: previous === undefined ? undefined : read(previous) };
}

describe('a secret box', () => {
  it('opens what it sealed, whatever the text', () => {
    const box = new SecretBox(keys('a'), 'test');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string()), (text, context) => {
        const sealed = box.seal(text, context);
        expect(box.open(sealed, context)).toBe(text);
        expect(box.seal(text, context)).not.toBe(sealed);
      }),
    );
  });

  it('opens nothing in another context, for another purpose, with another key, or that was changed', () => {
    const box = new SecretBox(keys('a'), 'test');
    const sealed = box.seal('hunter2', ['ada', 'bc']);
    const refused = (open: () => string): void => expect(open).toThrow(SecretUnreadableError);
    refused(() => box.open(sealed, ['eve', 'bc']));
    refused(() => box.open(sealed, ['adab', 'c']));
    refused(() => new SecretBox(keys('a'), 'other').open(sealed, ['ada', 'bc']));
    refused(() => new SecretBox(keys('b'), 'test').open(sealed, ['ada', 'bc']));
    refused(() => box.open('hunter2', ['ada', 'bc']));
    refused(() => box.open(sealed.slice(0, 30), ['ada', 'bc']));
    const bytes = Buffer.from(sealed.split('.')[2]!, 'base64url');
    for (const at of [0, 12, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      refused(() => box.open(`v1.${box.keyId}.${changed.toString('base64url')}`, ['ada', 'bc']));
    }
  });

  it('reads with the key from before, and seals with the one of now', () => {
    const before = new SecretBox(keys('a'), 'test');
    const now = new SecretBox(keys('b', 'a'), 'test');
    expect(now.open(before.seal('hunter2', []), [])).toBe('hunter2');
    expect(now.previousKeyId).toBe(before.keyId);
    expect(now.seal('x', [])).toContain(`.${now.keyId}.`);
    expect(() => before.open(now.seal('x', []), [])).toThrow(SecretUnreadableError);
  });

  it('is not to be had without a key', () => {
    expect(() => SecretBox.of(undefined, 'test')).toThrow(SecretKeyMissingError);
  });
});
