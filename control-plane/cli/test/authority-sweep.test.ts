import { cpSync } from 'node:fs';
import {
  createEffects,
  type Effects,
  issuerOf,
  learnAuthorities,
  readBundle,
  renewCertificate,
} from '@wherry/agent/testing/identity';
import type { AuthorityStatus } from '@wherry/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { crashingAt, desiredStatus, given, takeInto, tlsOf, withClient } from './fleet/cut-off.ts';
import { claimToken, seatOperator, signIn } from './fleet/operator.ts';
import { type SecuredServer, startSecuredServer } from './fleet/processes.ts';

/**
 * The authority of a real control plane is rolled over, and a device follows that is cut off at every effect of it: whenever it is started
 * again, it finds the control plane and is let in.
 */
const operator = seatOperator();
const { file, json, codes, shell } = operator;
let server: SecuredServer;

beforeAll(async () => {
  server = await startSecuredServer(file('server'), '--log-level', 'error');
  await signIn(operator, server);
});
afterAll(() => server.stop());

const ca = (...argv: string[]) => json<AuthorityStatus>('ca', ...argv);
const token = (device: string) => claimToken(operator, device);
const status = (folder: string) => desiredStatus(folder, server.origin);
const believes = (folder: string) => readBundle(tlsOf(folder).ca).map(({ fingerprint }) => fingerprint);
const issuer = (folder: string) => issuerOf(tlsOf(folder).cert, readBundle(tlsOf(folder).ca))?.fingerprint;

async function claim(device: string, text: string): Promise<string> {
  await takeInto(file(device), server.origin, text, createEffects());
  return file(device);
}

/** As an agent does that was told of news, or that found nobody whom it believes. */
function follow(folder: string, effects: Effects, isVerified = true): Promise<void> {
  return withClient(
    () => tlsOf(folder),
    async (client) => {
      const options = { folder, serverUrl: server.origin, client, effects };
      given(await learnAuthorities(options, tlsOf(folder), isVerified));
      if (isVerified) given(await renewCertificate(options, tlsOf(folder)));
    },
  );
}

/** Answers how many effects a run from here has that nothing stops. */
async function sweep(from: string, what: string, isVerified = true): Promise<number> {
  const clean = createEffects();
  const copy = (n: number | string) => {
    cpSync(from, file(`${what}-${n}`), { recursive: true });
    return file(`${what}-${n}`);
  };
  await follow(copy('clean'), clean, isVerified);
  for (let n = 1; n <= clean.count(); n += 1) {
    const folder = copy(n);
    await expect(follow(folder, crashingAt(n), isVerified)).rejects.toThrow();
    // Where nobody was believed before, that may still be so; never the other way round.
    if (isVerified) expect([what, n, await status(folder)]).toEqual([what, n, 200]);
    await follow(folder, createEffects(), isVerified);
    expect([what, n, await status(folder)]).toEqual([what, n, 200]);
    expect([what, n, believes(folder)]).toEqual([what, n, believes(file(`${what}-clean`))]);
  }
  return clean.count();
}

it('a device follows the authority to its end, whenever it is cut off, and whenever it comes back', async () => {
  const [device, absent] = [await claim('pi-1', await token('pi-1')), await claim('pi-2', await token('pi-2'))];
  const old = server.caFingerprint;
  const early = await token('pi-3');

  const begun = await ca('begin');
  expect(begun).toMatchObject({ phase: 'begun', current: old, leaves: old, devices: { moved: 0, waiting: 2 } });
  expect(await codes('ca', 'begin')).toEqual(['not_allowed_in_state']);
  expect(await codes('ca', 'switch')).toEqual(['not_allowed_in_state']);
  expect(await sweep(device, 'begun')).toBeGreaterThan(15);
  await follow(device, createEffects());
  expect([believes(device), issuer(device)]).toEqual([[old, begun.stays], begun.stays]);
  expect((await ca('status')).devices).toEqual({ moved: 1, waiting: 1, silent: 0 });
  expect((await ca('status', '--heard-within-days', '1')).heardWithinDays).toBe(1);
  const between = await token('pi-4');

  expect(await ca('switch', '--anyway')).toMatchObject({ phase: 'switched', current: begun.stays, leaves: old });
  expect(await status(device)).toBe(200);
  expect(await status(absent)).toBeNull();
  await sweep(absent, 'absent', false);
  await follow(absent, createEffects(), false);
  await follow(absent, createEffects());
  expect(issuer(absent)).toBe(begun.stays);
  for (const [name, text] of [
    ['pi-3', early],
    ['pi-4', between],
    ['pi-5', await token('pi-5')],
  ] as const)
    expect([name, await status(await claim(name, text))]).toEqual([name, 200]);
  expect(await codes('ca', 'abort')).toEqual(['not_allowed_in_state']);

  expect(await ca('finish')).toMatchObject({ phase: 'settled', current: begun.stays, leaves: null });
  await sweep(device, 'finished');
  await follow(device, createEffects());
  expect(believes(device)).toEqual([begun.stays]);
  expect(await status(device)).toBe(200);
});

it('an aborted roll-over brings devices back that had followed it', async () => {
  const device = await claim('pi-6', await token('pi-6'));
  const { current } = await ca('status');
  const { stays } = await ca('begin');
  await follow(device, createEffects());
  expect(issuer(device)).toBe(stays);
  expect(await ca('abort')).toMatchObject({ phase: 'aborted', current, stays: current, leaves: stays });
  expect((await ca('status')).devices.waiting).toBe(1);
  expect(await codes('ca', 'finish')).toEqual(['not_allowed_in_state']);
  await sweep(device, 'aborted');
  await follow(device, createEffects());
  expect([believes(device), issuer(device)]).toEqual([[current], current]);
  expect(await ca('finish')).toMatchObject({ phase: 'settled', current });
  expect(await status(device)).toBe(200);
});

it('a stolen key is replaced at once, and every device is claimed anew', async () => {
  const device = await claim('pi-7', await token('pi-7'));
  const stale = await token('pi-8');
  expect((await shell.run('ca', 'replace')).exitCode).toBe(2);
  const before = await ca('status');
  const { current } = await ca('replace', '--yes');
  expect(current).not.toBe(before.current);
  expect(await status(device)).toBeNull();
  await expect(follow(device, createEffects(), false)).rejects.toThrow('wrong_authority');
  await expect(claim('pi-8', stale)).rejects.toThrow();
  const anew = await json<{ token: string }>('device', 'reclaim', 'pi-7');
  expect(await status(await claim('pi-7-anew', anew.token))).toBe(200);
});
