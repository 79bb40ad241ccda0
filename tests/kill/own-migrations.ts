import type { Migration } from '@keelson/db-core';

/** Called after each part of the second migration while it really runs. */
export type AfterPart = (part: number) => Promise<void>;

export const PARTS = 6;

/** Makes an application's tables, as they are before anything is interrupted. */
const first: Migration = {
  name: 'acme_0001_invoices',
  up(m) {
    m.createTable(
      'acme_invoices',
      (t) => ({ user_id: t.userId(), id: t.uuid(), number: t.text({ max: 40 }), cents: t.integer() }),
      { primaryKey: ['user_id', 'id'] },
    );
    m.createTable(
      'acme_lines',
      (t) => ({ user_id: t.userId(), id: t.uuid(), invoice_id: t.uuid(), text: t.text({ max: 200 }) }),
      {
        primaryKey: ['user_id', 'id'],
        foreignKeys: [
          {
            columns: ['user_id', 'invoice_id'],
            references: ['acme_invoices', ['user_id', 'id']],
            onDelete: 'cascade',
          },
        ],
      },
    );
  },
  down(m) {
    m.dropTables('acme_lines', 'acme_invoices');
  },
};

/** All or nothing, in six parts, among them the rebuilding of a table that others refer to. */
function atomic(afterPart: AfterPart): Migration {
  return {
    name: 'acme_0002_currencies',
    async up(m) {
      const part = async (number: number): Promise<void> => {
        const rows = await m.query('SELECT count(*) AS counted FROM acme_invoices');
        if (rows.length > 0) await afterPart(number);
      };
      m.createTable('acme_currencies', (t) => ({ code: t.text({ max: 3 }), digits: t.integer() }), {
        primaryKey: ['code'],
      });
      await part(1);
      m.execute(`INSERT INTO acme_currencies (code, digits) VALUES ('EUR', 2), ('JPY', 0)`);
      await part(2);
      m.addColumn('acme_invoices', 'currency', (t) => t.text({ max: 3 }).default('EUR'));
      await part(3);
      m.backfill('acme_invoices', {
        set: `currency = 'JPY'`,
        where: `number LIKE 'JP-%' AND currency <> 'JPY'`,
        key: ['user_id', 'id'],
        chunkSize: 7,
      });
      await part(4);
      m.rebuildTable(
        'acme_invoices',
        (t) => ({
          user_id: t.userId(),
          id: t.uuid(),
          number: t.text({ max: 80 }),
          cents: t.bigint(),
          currency: t.text({ max: 3 }).default('EUR'),
        }),
        {
          primaryKey: ['user_id', 'id'],
          postgres: `
            ALTER TABLE acme_invoices ALTER COLUMN cents TYPE bigint,
              DROP CONSTRAINT acme_invoices_number_check,
              ADD CONSTRAINT acme_invoices_number_check CHECK (char_length(number) <= 80)`,
        },
      );
      await part(5);
      m.createIndex('acme_invoices_by_number', 'acme_invoices', { columns: ['user_id', 'number'] });
      await part(PARTS);
    },
  };
}

/** Outside a transaction, so that each part stays when the next never comes; every statement can be repeated. */
function loose(afterPart: AfterPart): Migration {
  return {
    name: 'acme_0002_currencies',
    transaction: false,
    async up(m) {
      const part = async (number: number): Promise<void> => {
        const rows = await m.query('SELECT count(*) AS counted FROM acme_invoices');
        if (rows.length > 0) await afterPart(number);
      };
      m.execute('CREATE TABLE IF NOT EXISTS acme_currencies (code varchar(3) PRIMARY KEY, digits integer NOT NULL)');
      await part(1);
      m.execute(`INSERT INTO acme_currencies (code, digits) VALUES ('EUR', 2), ('JPY', 0) ON CONFLICT DO NOTHING`);
      await part(2);
      for (let number = 3; number <= PARTS; number += 1) {
        m.backfill('acme_invoices', {
          set: `cents = cents * 100 + ${number}`,
          where: `cents < 100`,
          key: ['user_id', 'id'],
          chunkSize: 7,
        });
        await part(number);
      }
    },
  };
}

const variants = { atomic, loose };

export type Variant = keyof typeof variants;

export function ownMigrations(variant: Variant, afterPart: AfterPart = () => Promise.resolve()): readonly Migration[] {
  return [first, variants[variant](afterPart)];
}
