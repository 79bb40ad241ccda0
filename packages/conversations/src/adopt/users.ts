import type { Adoption, LegacyRow } from '@keelson/db-core';
import { cut } from '../import/fields.ts';
import { Cleaner } from '../import/imported.ts';
import { ERASED } from './found.ts';
import { usersTable } from './legacy-tables.ts';
import { booleanOf, idOf, legacyTime, textOf } from './values.ts';

const MAX_NAME_LENGTH = 200;

/** Brings in the accounts: who they are, and a password where it is of a kind that can be compared with. */
export async function adoptUsers(adoption: Adoption): Promise<void> {
  const seen = new Set<string>();
  for (const row of adoption.source.rows(usersTable.name, Object.keys(usersTable.columns))) {
    await adoptUser(adoption, row, seen);
    await adoption.step();
  }
}

async function adoptUser(adoption: Adoption, row: LegacyRow, seen: Set<string>): Promise<void> {
  const tally = adoption.tally(usersTable.name);
  const known = idOf(usersTable.name, row['user_id']);
  if (known === undefined) return tally.refuse('NO_ID', 'has no user_id', `row ${row.$row}`);
  const { id, externalId, isKept } = known;
  if (seen.has(id)) return tally.refuse('DOUBLED_ID', 'has the user_id of a row before it', externalId);
  seen.add(id);
  const createdAt = legacyTime(row['created_at']);
  if (adoption.wasErased({ userId: id, table: 'users', id, createdAt })) return tally.refuse(...ERASED, externalId);
  const account = await adoption.account({
    id,
    email: textOf(row['email']) ?? '',
    fullName: nameOf(row['full_name']),
    passwordHash: textOf(row['password_hash']) ?? null,
    isActive: booleanOf(row['is_active']) ?? true,
    isAdmin: false,
    createdAt: createdAt ?? new Date(),
    lastLoginAt: legacyTime(row['last_login']),
  });
  switch (account.outcome) {
    case 'already-there':
      return tally.wasThere();
    case 'no-address':
      return tally.refuse('BAD_ADDRESS', 'has no e-mail address to sign in with', externalId);
    case 'address-taken':
      return tally.refuse('ADDRESS_TAKEN', 'has an e-mail address that another account has', externalId);
    case 'adopted':
      break;
  }
  tally.adopted();
  if (!isKept)
    tally.note('ID_MADE', 'has an account with a new id; rows here keep the old name as their owner', {
      id: externalId,
    });
  if (createdAt === null)
    tally.note('NO_TIME', 'had no time of creation that can be read; it has today’s', { id: externalId });
  if (account.password === 'unusable')
    tally.note(
      'PASSWORD_UNUSABLE',
      'has a password hash of another kind, which is kept and lets nobody in; set a new one with `keelson user set-password`',
      { id: externalId },
    );
  if (account.password === 'none')
    tally.note('NO_PASSWORD', 'has no password; set one with `keelson user set-password`', { id: externalId });
}

function nameOf(value: unknown): string | null {
  const name = new Cleaner()
    .text(textOf(value) ?? '')
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim();
  return name === '' ? null : cut(name, MAX_NAME_LENGTH);
}
