import { createEffects, type Effects, readIdentity, renewCertificate } from '@wherry/agent/testing/identity';
import type { Outcome } from '@wherry/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Crash, crashingAt, desiredStatus, given, takeInto, tlsOf, withClient } from './fleet/cut-off.ts';
import { claimToken, seatOperator, signIn } from './fleet/operator.ts';
import { type SecuredServer, startSecuredServer } from './fleet/processes.ts';

/** A claim and a renewal over TLS, cut off at every effect: the device is never left without an identity that the server takes. */
const operator = seatOperator();
const { file } = operator;
let server: SecuredServer;

beforeAll(async () => {
  server = await startSecuredServer(file('server'), '--log-level', 'error');
  await signIn(operator, server);
});
afterAll(() => server.stop());

const makeToken = (device: string) => claimToken(operator, device);
const status = (folder: string) => desiredStatus(folder, server.origin);
const claimInto = (folder: string, token: string, effects: Effects) => takeInto(folder, server.origin, token, effects);

it('a claim that was cut off ends with one device and its identity', async () => {
  const clean = createEffects();
  await claimInto(file('clean'), await makeToken('clean'), clean);
  expect(clean.count()).toBeGreaterThan(20);
  for (let n = 1; n <= clean.count(); n += 1) {
    const [folder, token] = [file(`claim-${n}`), await makeToken(`claim-${n}`)];
    await expect(claimInto(folder, token, crashingAt(n))).rejects.toThrow(Crash);
    if (!readIdentity(folder).ok) await claimInto(folder, token, createEffects());
    expect([n, given(readIdentity(folder)).device]).toEqual([n, `claim-${n}`]);
    expect([n, await status(folder)]).toEqual([n, 200]);
  }
});

it('a renewal that was cut off leaves an identity that works, and the next one renews it', async () => {
  const renew = async (folder: string, effects: Effects) => {
    const tls = tlsOf(folder);
    return withClient(
      () => tls,
      (client) => renewCertificate({ folder, serverUrl: server.origin, client, effects }, tls),
    );
  };
  const clean = createEffects();
  const first = tlsOf(file('clean'));
  given(await renew(file('clean'), clean));
  expect(tlsOf(file('clean')).cert).not.toBe(first.cert);
  for (let n = 1; n <= clean.count(); n += 1) {
    const folder = file(`claim-${n}`);
    const before = tlsOf(folder);
    const cutOff = await renew(folder, crashingAt(n)).catch((error: unknown) => error);
    // The network's effect tells its failure as an outcome.
    expect([n, cutOff instanceof Crash || (cutOff as Outcome<unknown>).ok === false]).toEqual([n, true]);
    expect([n, await status(folder)]).toEqual([n, 200]);
    const next = given(await renew(folder, createEffects()));
    expect(next.cert).not.toBe(before.cert);
    expect([n, await status(folder)]).toEqual([n, 200]);
  }
});
