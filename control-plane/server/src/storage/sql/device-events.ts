import type { AppName, DeviceEvent, DeviceId } from '@wherry/protocol';
import type { Kysely, Selectable } from 'kysely';
import { decodeNumber } from '../port/cursor.ts';
import type { DeviceEventRepository } from '../port/device-events.ts';
import { batches } from './batches.ts';
import { pageOf } from './page.ts';
import type { Tables } from './tables.ts';

export function deviceEventRepository(db: Kysely<Tables>): DeviceEventRepository {
  return {
    async append(tenant, events) {
      const stored: DeviceEvent[] = [];
      for (const some of batches(events)) {
        const rows = await db
          .insertInto('device_event')
          .values(
            some.map(({ device, atMs, severity, name, app, message }) => ({
              tenant,
              device,
              at_ms: atMs,
              severity,
              name,
              app,
              message,
            })),
          )
          .returningAll()
          .execute();
        stored.push(...rows.map(read).sort((a, b) => a.id - b.id));
      }
      return stored;
    },
    async list(tenant, device, { cursor, limit }) {
      const before = decodeNumber(cursor);
      let query = db.selectFrom('device_event').where('tenant', '=', tenant).where('device', '=', device);
      if (before !== undefined) query = query.where('id', '<', before);
      const rows = await query
        .selectAll()
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      return pageOf(rows, limit, (row) => row.id, read);
    },
    async prune(beforeMs, limit) {
      const old = db.selectFrom('device_event').where('at_ms', '<', beforeMs).select('id').limit(limit);
      const result = await db.deleteFrom('device_event').where('id', 'in', old).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}

function read(row: Selectable<Tables['device_event']>): DeviceEvent {
  return {
    id: row.id,
    device: row.device as DeviceId,
    atMs: row.at_ms,
    severity: row.severity as DeviceEvent['severity'],
    name: row.name,
    app: row.app as AppName | null,
    message: row.message,
  };
}
