import type { Kysely } from 'kysely';
import type { ProcessMessageRepository } from '../port/process-messages.ts';
import { batches } from './batches.ts';
import type { Tables } from './tables.ts';

export function processMessageRepository(db: Kysely<Tables>): ProcessMessageRepository {
  return {
    async append(sender, atMs, messages) {
      for (const some of batches(messages))
        await db
          .insertInto('process_message')
          .values(some.map((message) => ({ sender, at_ms: atMs, message_json: message })))
          .execute();
    },
    async after(id, reader, limit) {
      const rows = await db
        .selectFrom('process_message')
        .where('id', '>', id)
        .select(['id', 'sender', 'message_json'])
        .orderBy('id')
        .limit(limit)
        .execute();
      const messages = rows.filter(({ sender }) => sender !== reader).map(({ message_json }) => message_json);
      return { messages, newest: rows[rows.length - 1]?.id ?? id };
    },
    async newest() {
      const row = await db
        .selectFrom('process_message')
        .select((select) => select.fn.max('id').as('id'))
        .executeTakeFirst();
      return Number(row?.id ?? 0);
    },
    async prune(beforeMs) {
      const result = await db.deleteFrom('process_message').where('at_ms', '<', beforeMs).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}
