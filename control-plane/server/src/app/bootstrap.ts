import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTALLATION_TENANT as TENANT, type TenantId } from '@wherry/protocol';
import { writeFileDurably } from '../files/write-file-durably.ts';
import { CONTROL_PLANE } from './audit/append-audit.ts';
import { beginAudit } from './audit/begin-audit.ts';
import type { AppContext } from './context.ts';
import { keepProcess } from './keep-process.ts';
import { hasAdmin } from './last-admin.ts';
import { hashSecret, isOperatorToken, operatorTokenText } from './secrets.ts';

export interface Bootstrapped {
  readonly tenant: string;
  /** Holds the text of the first admin token, mode 0600. */
  readonly adminTokenFile: string;
}

/**
 * Start-up: where nobody is admin, at first or because the last token has expired, an admin token is made; and sessions of before are
 * taken as ended. Nothing else has to be recovered: what is assigned is in the outbox, and what waits for a deadline is found by its time.
 */
export async function bootstrap(context: AppContext, dataDir: string): Promise<Bootstrapped> {
  const adminTokenFile = join(dataDir, 'admin-token');
  if (context.process === undefined) await context.store.devices.setAllOffline();
  else await keepProcess(context);
  await context.store.tenants.add({
    tenant: TENANT as TenantId,
    createdAtMs: context.clock.nowMs(),
    createdBy: CONTROL_PLANE,
  });
  await beginAudit(context);
  const tokens = await context.store.operators.list(TENANT);
  const users = await context.store.users.list(TENANT);
  if (!hasAdmin(tokens, users, context.clock.nowMs())) {
    // The file comes first: a crash in between leaves a token that the next start takes up, never a fleet without a key.
    const isFirst = tokens.length === 0 && users.length === 0;
    const left = isFirst ? await readToken(adminTokenFile) : null;
    const text = left ?? operatorTokenText(context.newSecret());
    await writeFileDurably(adminTokenFile, `${text}\n`, 0o600);
    await context.store.operators.add({
      tenant: TENANT,
      id: context.newId(),
      name: 'admin',
      role: 'admin',
      scopes: null,
      createdBy: null,
      secretHash: hashSecret(text),
      createdAtMs: context.clock.nowMs(),
      expiresAtMs: null,
      lastUsedAtMs: null,
    });
    context.log.info({ adminTokenFile }, 'made an admin token: there was no admin');
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
