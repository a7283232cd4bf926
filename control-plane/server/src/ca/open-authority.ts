import { randomBytes, type X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AUTHORITY_HINT_DIGITS, succeed } from '@wherry/protocol';
import type { Authority } from '../app/context.ts';
import { holdFolder } from '../files/hold-folder.ts';
import { readDeviceCertificate } from './device-certificate.ts';
import { forgetDropped, loadAuthority, prepareNext, readState, writeState } from './load-authority.ts';
import { readRequest } from './read-request.ts';
import { stepRollOver } from './roll-over.ts';
import type { VouchingKey } from './vouching-key.ts';
import { serialFrom } from './x509.ts';

/**
 * The certificate authority of a control plane, in the folder `ca` of its data: made at the first start. It vouches for the server's own
 * names and for devices, and for nothing else: no authority below it (path length 0). Whoever has its key can be any device towards
 * this control plane, and this control plane towards any device; it signs nothing that runs. While it is rolled over there are two.
 */
export interface OpenAuthority extends Authority {
  readonly folder: string;
  /** Of the one that vouches for the server. */
  readonly certificate: X509Certificate;
  /** PEM: every authority whose certificates devices may show. */
  readonly acceptedPem: string;
  readonly acceptedKeys: readonly VouchingKey[];
  /** PEM of a certificate for a server that has all these names and addresses. */
  issueServer(order: ServerOrder): Promise<string>;
  /** Called after each step, before whoever asked for it is answered. */
  onStep(listener: () => Promise<void>): void;
  /** Another process may have gone a step: true when that was so, and the listener knows. */
  reread(): Promise<boolean>;
  /** For other work in the folder: no step is under way meanwhile, here or at another process. Not for the listener, which has that already. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export interface ServerOrder {
  /** SPKI DER. */
  readonly publicKey: Uint8Array;
  readonly names: readonly { readonly type: 'dns' | 'ip'; readonly value: string }[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

const FOLDER_MODE = 0o700;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

export async function openAuthority(dataDir: string, nowMs: number): Promise<OpenAuthority> {
  const folder = join(dataDir, 'ca');
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  let now = await holdFolder(folder, async () => {
    const loaded = await loadAuthority(folder, nowMs);
    await forgetDropped(folder, loaded.state);
    return loaded;
  });
  let listener = async (): Promise<void> => {};
  let turn: Promise<unknown> = Promise.resolve();
  return {
    folder,
    get certificate() {
      return now.current.certificate;
    },
    get certificatePem() {
      return now.current.pem;
    },
    get fingerprint() {
      return now.current.fingerprint;
    },
    get acceptedPem() {
      return now.accepted.map(({ pem }) => pem).join('');
    },
    get acceptedKeys() {
      return now.accepted;
    },
    get bundlePem() {
      return now.bundlePem;
    },
    get believed() {
      return now.believed;
    },
    get hint() {
      if (now.state.made === 1) return null;
      return now.believed.map((fingerprint) => fingerprint.slice(0, AUTHORITY_HINT_DIGITS)).join(',');
    },
    standing: () => now.standing,
    readRequest,
    readDevice(shown) {
      for (const { certificate } of now.accepted) {
        const read = readDeviceCertificate(shown, certificate);
        if (read) return read;
      }
      return null;
    },
    async issueDevice({ tenant, device, publicKey, notBeforeMs, notAfterMs, believes }) {
      const serial = serialFrom(randomBytes(16));
      const issuer = believes?.includes(now.stays.fingerprint) ? now.stays : now.current;
      const own = { serial, commonName: `${tenant}/${device}`, usage: CLIENT_AUTH };
      const pem = await issuer.issue({ ...own, publicKey, notBeforeMs, notAfterMs });
      return { serial, pem, authority: issuer.fingerprint };
    },
    async issueServer(order) {
      const commonName = 'Wherry control plane';
      return await now.current.issue({ ...order, serial: serialFrom(randomBytes(16)), commonName, usage: SERVER_AUTH });
    },
    step: (step, atMs, before) =>
      inTurn(async () => {
        await takeUp(atMs);
        const next = stepRollOver(now.state, step, atMs);
        if (!next.ok) return next;
        const agreed = await before?.();
        if (agreed?.ok === false) return agreed;
        if (step === 'begin' || step === 'replace') await prepareNext(folder, now, atMs);
        await writeState(folder, next.value);
        now = await loadAuthority(folder, atMs);
        await forgetDropped(folder, now.state);
        await listener();
        return succeed(undefined);
      }),
    onStep(given) {
      listener = given;
    },
    reread: async () => (await isElsewhere()) && (await inTurn(() => takeUp(Date.now()))),
    alone: inTurn,
  };

  /** One after the other, here and at other processes: two at once would write each other's files. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(() => holdFolder(folder, work));
    turn = done.catch(() => {});
    return done;
  }

  async function isElsewhere(): Promise<boolean> {
    return JSON.stringify(await readState(folder)) !== JSON.stringify(now.state);
  }

  /** What another process did to the folder; answers whether there was anything. */
  async function takeUp(atMs: number): Promise<boolean> {
    if (!(await isElsewhere())) return false;
    now = await loadAuthority(folder, atMs);
    await listener();
    return true;
  }
}
