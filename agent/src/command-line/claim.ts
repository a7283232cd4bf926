import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { WherryError } from '@wherry/protocol';
import { claim } from '../claim/claim.ts';
import { makeReportKey, type ReportKeyPair, reportKeyFromPrivate } from '../claim/report-key.ts';
import { readConfig } from '../shell/config.ts';
import { createEffects, type Effects } from '../shell/effects.ts';
import { expectOk } from '../shell/expect-ok.ts';
import { detectTarget } from '../shell/target.ts';
import { removePath } from '../store/files.ts';
import {
  parseTrust,
  pendingKeyPath,
  readIdentity,
  readPendingKey,
  writeIdentity,
  writePendingKey,
  writeTrust,
} from '../store/provisioning.ts';
import { makeKeyRing } from '../trust/keys.ts';
import { needed, parseOptions, UsageError } from './usage-error.ts';

/** `wherry-agent claim`. The identity is written last: a folder that holds one holds all that belongs to it. */
export async function claimCommand(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, {
    server: { type: 'string' },
    token: { type: 'string' },
    trust: { type: 'string' },
    data: { type: 'string' },
    name: { type: 'string' },
    target: { type: 'string' },
    label: { type: 'string', multiple: true },
  });
  const serverUrl = needed(options.server, 'server');
  const token = needed(options.token, 'token');
  const folder = needed(options.data, 'data');
  const trust = readTrustFrom(needed(options.trust, 'trust'));
  const labels = { ...expectOk(readConfig(folder)).labels, ...parseLabels(options.label ?? []) };
  const target = options.target ?? detectTarget();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const known = readIdentity(folder);
  if (known.ok) {
    const { tenant, device } = known.value;
    throw new WherryError('already_exists', `${folder} holds the identity of ${tenant}/${device}: use another folder`);
  }
  const effects = createEffects();
  const identity = expectOk(
    await claim({
      serverUrl,
      token,
      target,
      keyPair: keyOf(folder, effects),
      boot: randomBytes(16).toString('hex'),
      labels,
      ...(options.name === undefined ? {} : { device: options.name }),
    }),
  );
  writeTrust(folder, trust, effects);
  writeIdentity(folder, { ...identity, target }, effects);
  removePath(effects, pendingKeyPath(folder));
  process.stdout.write(`${JSON.stringify({ claimed: true, device: `${identity.tenant}/${identity.device}` })}\n`);
}

function readTrustFrom(path: string) {
  if (!existsSync(path)) throw new WherryError('not_found', `${path} (--trust) is not there`);
  const trust = expectOk(parseTrust(readFileSync(path, 'utf8'), path));
  const ring = expectOk(makeKeyRing(trust.publisherKeys));
  if (ring.ids.size < trust.threshold)
    throw new WherryError(
      'invalid_body',
      `${path}: a threshold of ${trust.threshold} cannot be met with ${ring.ids.size} different keys`,
    );
  return trust;
}

function parseLabels(given: readonly string[]): Record<string, string> {
  const pairs = given.map((label): [string, string] => {
    const at = label.indexOf('=');
    if (at <= 0) throw new UsageError(`--label ${JSON.stringify(label)}: write it as key=value`);
    return [label.slice(0, at), label.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

/** The same key as in a claim that was begun before and got no answer. */
function keyOf(folder: string, effects: Effects): ReportKeyPair {
  const pending = readPendingKey(folder);
  if (pending !== null) return reportKeyFromPrivate(pending);
  const pair = makeReportKey();
  writePendingKey(folder, pair.privateKey, effects);
  return pair;
}
