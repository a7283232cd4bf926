import { randomBytes } from 'node:crypto';
import { type BootId, type ClaimResponse, claimResponse, createClaimToken, type Labels, PATHS } from '@wherry/protocol';
import type { ControlPlane } from './control-plane.ts';
import { createSigningKey, type SigningKey } from './signing.ts';

export interface ClaimOptions {
  readonly name: string;
  readonly target?: string;
  readonly labels?: Record<string, string>;
}

export interface Claimed {
  readonly identity: ClaimResponse;
  readonly key: SigningKey;
  readonly boot: BootId;
}

/** A new device gets its identity, over HTTP, with a token made for it. */
export async function claim(plane: ControlPlane, options: ClaimOptions): Promise<Claimed> {
  const labels = (options.labels ?? {}) as Labels;
  const { token } = await plane.client.call(createClaimToken, { body: { labels } });
  const key = createSigningKey();
  const boot = randomBytes(16).toString('hex') as BootId;
  const { name: device, target = 'raspberry-pi-4' } = options;
  const answer = await fetch(plane.http + PATHS.claim, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, device, target, arch: 'arm64', reportKey: key.publicKey, boot }),
  });
  if (!answer.ok) throw new Error(`claim ${device}: ${answer.status} ${await answer.text()}`);
  return { identity: claimResponse.parse(await answer.json()), key, boot };
}
