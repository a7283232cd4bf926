import { sql } from 'kysely';
import type { Dialect } from '../sql/dialect.ts';

export const SQLITE_DIALECT: Dialect = {
  texts: (values) => sql<string>`(select value from json_each(${JSON.stringify(values)}))`,
};
