import { Alerts, newId, openDatabase } from '@keelson/db-core';
import { describeEngine } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Receiver } from '../alerts/receiver.ts';
import { document, keelson } from './support/keelson.ts';

describeEngine('sqlite', 'keelson alerts', (context) => {
  it('lists what fires and what did, and sends a test', async () => {
    const url = await context.url();
    {
      await using database = openDatabase({ url });
      const at = new Date();
      const alert = { severity: 'critical' as const, message: 'It is 60 hours old.', fired_at: at, seen_at: at };
      const system = database.system('test');
      await system.run((db) =>
        db.insertInto('alerts').values({ id: newId(), rule: 'backup-too-old', subject: '', ...alert, resolved_at: at }),
      );
      await system.run((db) =>
        db.insertInto('alerts').values({ id: newId(), rule: 'backup-too-old', subject: '', ...alert }),
      );
      expect(await new Alerts(database).firing()).toHaveLength(1);
    }
    expect(await document(['alerts', 'list'], { url, code: 5 })).toMatchObject({
      firing: 1,
      items: [{ rule: 'backup-too-old', resolvedAt: null }],
      nextCursor: null,
      evaluatedAt: null,
    });
    const { stdout, stderr } = await keelson(['alerts', 'list', '--history'], { url });
    expect(stdout.match(/backup-too-old/g)).toHaveLength(2);
    expect(stderr).toContain('keelson backup');

    await using receiver = await Receiver.start();
    const env = { ALERT_WEBHOOK_URL: receiver.url };
    expect(await document(['alerts', 'test'], { env })).toMatchObject({ status: 200, signed: false });
    expect(receiver.received).toMatchObject([{ type: 'alert.test' }]);
    receiver.manner = 500;
    const refused = await keelson(['alerts', 'test'], { env });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('answered 500') });
    expect(refused.stderr).not.toContain('token-that-is-secret');
    const nowhere = await keelson(['alerts', 'test'], {
      env: { ALERT_WEBHOOK_URL: 'ftp://hooks/token-that-is-secret' },
    });
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('ALERT_WEBHOOK_URL: write https://') });
    expect(nowhere.stderr).not.toContain('token-that-is-secret');
  });
});
