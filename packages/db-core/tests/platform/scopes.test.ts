import { expect, it } from 'vitest';
import { grants, SCOPES } from '../../src/index.ts';
import { covers } from '../../src/platform/scopes.ts';

it('a scope grants itself, an area all of its actions, and the star everything', () => {
  expect(grants(['conversations:read'], 'conversations:read')).toBe(true);
  expect(grants(['conversations:read'], 'conversations:write')).toBe(false);
  expect(grants(['conversations'], 'conversations:write')).toBe(true);
  expect(grants(['*'], 'admin')).toBe(true);
  expect(grants(['admin'], 'conversations:read')).toBe(false);
  expect(grants([], 'admin')).toBe(false);
});

it('nobody gives away more than they have', () => {
  for (const scope of SCOPES) {
    expect(covers(['*'], scope)).toBe(true);
    expect(covers([scope], scope)).toBe(true);
    expect(covers([], scope)).toBe(false);
  }
  expect(covers(['conversations', 'admin'], '*')).toBe(false);
  expect(covers(['conversations:read'], 'conversations')).toBe(false);
  expect(covers(['conversations:read', 'conversations:write'], 'conversations')).toBe(true);
  expect(covers(['conversations'], 'conversations:write')).toBe(true);
  expect(covers(['admin'], 'conversations:read')).toBe(false);
});
