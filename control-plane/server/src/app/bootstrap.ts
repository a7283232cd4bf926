import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileDurably } from '../files/write-file-durably.ts';
import type { AppContext } from './context.ts';
import { keepProcess } from './keep-process.ts';
import { hashSecret, isOperatorToken, operatorTokenText } from './secrets.ts';

export interface Bootstrapped {
  readonly tenant: string;
  /** Holds the text of the first admin token, mode 0600. */
  readonly adminTokenFile: string;
}

const TENANT = 'default';

/**
 * Start-up: the first admin token is made, and sessions of before are taken as ended. Nothing else has to be recovered: what is
 * assigned is in the outbox, and what waits for a deadline is found by its time.
 */
export async function bootstrap(context: AppContext, dataDir: string): Promise<Bootstrapped> {
  const adminTokenFile = join(dataDir, 'admin-token');
  if (context.process === undefined) await context.store.devices.setAllOffline();
  else await keepProcess(context);
  if ((await context.store.operators.list(TENANT)).length === 0) {
    // The file comes first: a crash in between leaves a token that the next start takes up, never a fleet without a key.
    const text = await readToken(adminTokenFile).then((found) => found ?? operatorTokenText(context.newSecret()));
    await writeFileDurably(adminTokenFile, `${text}\n`, 0o600);
    await context.store.operators.add({
      tenant: TENANT,
      id: context.newId(),
      name: 'admin',
      role: 'admin',
      secretHash: hashSecret(text),
      createdAtMs: context.clock.nowMs(),
      expiresAtMs: null,
      lastUsedAtMs: null,
    });
    context.log.info({ adminTokenFile }, 'made the first admin token');
  }
  return { tenant: TENANT, adminTokenFile };
}

async function readToken(file: string): Promise<string | null> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    return isOperatorToken(text) ? text : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
