import { appName, secretName } from '@wherry/protocol';
import { misused } from '../../failure.ts';

/** The name of a secret and its app, checked before anything is read or sent. */
export function checkedSecret(name: string, app: string): { name: string; app: string } {
  for (const [given, schema] of [
    [name, secretName],
    [app, appName],
  ] as const) {
    const parsed = schema.safeParse(given);
    if (!parsed.success) throw misused(`${JSON.stringify(given)}: ${parsed.error.issues[0]?.message}`);
  }
  return { name, app };
}
