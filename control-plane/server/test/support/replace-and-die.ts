import { useCases } from '../../src/app/operations.ts';
import type { OpenAuthority } from '../../src/ca/open-authority.ts';
import { startTestServer } from './start-test-server.ts';

/** A server over this folder that replaces its authority, and is killed before it ends any session. */
const [dataDir = ''] = process.argv.slice(2);
const { context } = await startTestServer({ dataDir, https: { host: '127.0.0.1', port: 0 } });
(context.authority as OpenAuthority).onStep(async () => void process.kill(process.pid, 'SIGKILL'));
const admin = { tenant: 'default', operator: 'ada', role: 'admin', scopes: null, principal: 'user/ada' } as const;
await useCases.moveAuthority(context, admin, { body: { step: 'replace' } as never });
