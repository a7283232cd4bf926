import {
  type AppName,
  checkRoot,
  checkSigned,
  checkTargets,
  hasRole,
  type Outcome,
  updateTrust as operation,
  type PublisherDocument,
  refuse,
  rootSigners,
  succeed,
  type TrustState,
} from '@wherry/protocol';
import { appsWithoutTrust, revokesRelease } from '../domain/releases/takes-away.ts';
import { verifyRaw } from '../trust/tuf-keys.ts';
import { audit } from './audit.ts';
import { transact, type Work } from './transact.ts';
import { newestPublisher, newestRoot, newestTargets, serverKeys, trustStateOf } from './trust/read-repository.ts';
import { signNewest } from './trust/sign-newest.ts';
import { storeDocument, takePublisher } from './trust/take-publisher.ts';
import type { UseCase } from './use-cases.ts';

/**
 * Takes in what owners and publishers signed: all of it or nothing, in the order in which a device reads it, and the online roles over
 * it in the same transaction. Nothing here replaces a device's own check of all this.
 */
export const updateTrust: UseCase<'updateTrust'> = async (context, caller, input) => {
  const { root, targets, publishers, over = {} } = operation.body.parse(input.body);
  const apps = Object.entries(publishers ?? {}) as [AppName, PublisherDocument][];
  if (!root && !targets && apps.length === 0) return refuse('invalid_body', 'there is nothing to take in');
  if ((root || targets) && !hasRole(caller, 'admin'))
    return refuse('forbidden', `root and targets need the role admin; this token has the role ${caller.role}`);
  return await transact(context, caller.tenant, async (work): Promise<Outcome<TrustState>> => {
    const { repositories, nowMs, tenant } = work;
    const rules = { tenant, nowMs, verify: verifyRaw };
    const held = await stillAt(work, over);
    if (!held.ok) return held;
    const rootBefore = await newestRoot(repositories, tenant);
    if (root) {
      const checked = checkRoot(root, rootBefore, serverKeys(context), rules);
      if (!checked.ok) return checked;
      await storeDocument(work, 'root', root);
    }
    const rootNow = root ?? rootBefore;
    if (!rootNow)
      return refuse('not_allowed_in_state', 'there is no repository yet: begin one with "wherry trust init"');
    const targetsBefore = await newestTargets(repositories, tenant);
    const hasLost = new Set<string>();
    if (targets) {
      const checked = checkTargets(targets, targetsBefore, rootNow, rules);
      if (!checked.ok) return checked;
      await storeDocument(work, 'targets', targets);
      for (const app of appsWithoutTrust(tenant, targetsBefore, targets)) hasLost.add(app);
    }
    const targetsNow = targets ?? targetsBefore;
    if (!targetsNow) return refuse('invalid_body', 'a repository begins with root and targets together');
    const signed = checkSigned('targets', targetsNow, rootSigners(rootNow, 'targets'), rules);
    if (!signed.ok) return signed;
    for (const [app, document] of apps) {
      if (revokesRelease(await newestPublisher(repositories, tenant, app), document)) hasLost.add(app);
      const taken = await takePublisher(work, app, document);
      if (!taken.ok) return taken;
    }
    await signNewest(work);
    await tellDevices(work, root ? 'all' : hasLost);
    await audit(work, caller, 'update_trust', 'trust', {
      ...(root ? { root: root.signed.version } : {}),
      ...(targets ? { targets: targets.signed.version } : {}),
      ...Object.fromEntries(apps.map(([app, { signed }]) => [`app ${app}`, signed.version])),
    });
    return succeed(await trustStateOf(context, repositories, tenant));
  });
};

/** Two people at the same time must not undo each other's change without knowing. Code: conflict. */
async function stillAt({ repositories, tenant }: Work, over: Readonly<Record<string, number>>): Promise<Outcome<void>> {
  for (const [role, version] of Object.entries(over)) {
    const now = (await repositories.trustMetadata.newest(tenant, role))?.version ?? 0;
    if (now !== version)
      return refuse('conflict', `${role} has changed since this was made: make it again over what is there now`);
  }
  return succeed(undefined);
}

/**
 * A desired state of its own for every device that has something to lose, under a new generation: it names the snapshot, and where the
 * director has changed it is the first one that devices believe.
 */
async function tellDevices({ repositories, tenant, stale }: Work, whom: 'all' | ReadonlySet<string>): Promise<void> {
  if (whom === 'all') for (const { device } of await repositories.devices.briefs(tenant)) stale.add(device);
  else
    for (const app of whom)
      for (const { device } of await repositories.desired.assignmentsOf(tenant, app)) stale.add(device);
}
