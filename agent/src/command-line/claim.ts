import { WherryError } from '@wherry/protocol';
import { takeIdentity } from '../claim/take-identity.ts';
import { readConfig } from '../shell/config.ts';
import { createEffects } from '../shell/effects.ts';
import { expectOk } from '../shell/expect-ok.ts';
import { faultsOf } from '../shell/faults.ts';
import { detectTarget } from '../shell/target.ts';
import { readBytesIfThere } from '../store/files.ts';
import { directorOf } from '../trust/judge-release.ts';
import { openRoot } from '../trust/tuf/root-chain.ts';
import { needed, parseOptions, UsageError } from './usage-error.ts';

/** `wherry-agent claim`. */
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
  const root = readRootFrom(needed(options.trust, 'trust'));
  const labels = { ...expectOk(readConfig(folder)).labels, ...parseLabels(options.label ?? []) };
  const target = options.target ?? detectTarget();
  const named = options.name === undefined ? {} : { device: options.name };
  const effects = createEffects(faultsOf(process.env));
  const taken = await takeIdentity({ serverUrl, token, folder, root, target, labels, ...named }, effects);
  process.stdout.write(`${JSON.stringify({ claimed: true, device: `${taken.tenant}/${taken.device}` })}\n`);
}

/** Code: invalid_body, for what is no root, or one that names no director. */
function readRootFrom(path: string): Uint8Array {
  const bytes = readBytesIfThere(path);
  if (bytes === null) throw new WherryError('not_found', `${path} (--trust) is not there`);
  const root = openRoot(bytes);
  const director = root.ok ? directorOf(root.value) : root;
  if (director.ok) return bytes;
  const why = director.problems[0]?.message;
  throw new WherryError('invalid_body', `${path} is not a root of "wherry trust root": ${why}`);
}

function parseLabels(given: readonly string[]): Record<string, string> {
  const pairs = given.map((label): [string, string] => {
    const at = label.indexOf('=');
    if (at <= 0) throw new UsageError(`--label ${JSON.stringify(label)}: write it as key=value`);
    return [label.slice(0, at), label.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}
