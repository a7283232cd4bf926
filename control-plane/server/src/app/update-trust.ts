import {
  type AppName,
  checkPublisher,
  checkRoot,
  checkSigned,
  checkTargets,
  doesCustomAgree,
  type NamedRelease,
  type Outcome,
  updateTrust as operation,
  type PublisherDocument,
  publisherRole,
  refuse,
  rootSigners,
  succeed,
  type TrustDocument,
  type TrustState,
} from '@wherry/protocol';
import { hasRole } from '../domain/access/roles.ts';
import { verifyRaw } from '../trust/tuf-keys.ts';
import { audit } from './audit.ts';
import { LostRace, transact, type Work } from './transact.ts';
import { newestPublisher, newestRoot, newestTargets, serverKeys, trustStateOf } from './trust/read-repository.ts';
import { signNewest } from './trust/sign-newest.ts';
import type { UseCase } from './use-cases.ts';

/**
 * Takes in what owners and publishers signed: all of it or nothing, in the order in which a device reads it, and the online roles over
 * it in the same transaction. Nothing here replaces a device's own check of all this.
 */
export const updateTrust: UseCase<'updateTrust'> = async (context, caller, input) => {
  const { root, targets, publishers } = operation.body.parse(input.body);
  const apps = Object.entries(publishers ?? {}) as [AppName, PublisherDocument][];
  if (!root && !targets && apps.length === 0) return refuse('invalid_body', 'there is nothing to take in');
  if ((root || targets) && !hasRole(caller.role, 'admin'))
    return refuse('forbidden', `root and targets need the role admin; this token has the role ${caller.role}`);
  return await transact(context, caller.tenant, async (work): Promise<Outcome<TrustState>> => {
    const { repositories, nowMs, tenant } = work;
    const rules = { tenant, nowMs, verify: verifyRaw };
    const rootBefore = await newestRoot(repositories, tenant);
    if (root) {
      const checked = checkRoot(root, rootBefore, serverKeys(context), rules);
      if (!checked.ok) return checked;
      await store(work, 'root', root);
    }
    const rootNow = root ?? rootBefore;
    if (!rootNow)
      return refuse('not_allowed_in_state', 'there is no repository yet: begin one with "wherry trust init"');
    const targetsBefore = await newestTargets(repositories, tenant);
    if (targets) {
      const checked = checkTargets(targets, targetsBefore, rootNow, rules);
      if (!checked.ok) return checked;
      await store(work, 'targets', targets);
    }
    const targetsNow = targets ?? targetsBefore;
    if (!targetsNow) return refuse('invalid_body', 'a repository begins with root and targets together');
    const held = checkSigned('targets', targetsNow, rootSigners(rootNow, 'targets'), rules);
    if (!held.ok) return held;
    for (const [app, document] of apps) {
      const before = await newestPublisher(repositories, tenant, app);
      const added = checkPublisher(app, document, before, targetsNow, rules);
      if (!added.ok) return added;
      for (const named of added.value) {
        const known = await checkPublished(work, named);
        if (!known.ok) return known;
      }
      await store(work, publisherRole(tenant, app), document);
    }
    await signNewest(work);
    await audit(work, caller, 'update_trust', 'trust', {
      ...(root ? { root: root.signed.version } : {}),
      ...(targets ? { targets: targets.signed.version } : {}),
      ...Object.fromEntries(apps.map(([app, { signed }]) => [`app ${app}`, signed.version])),
    });
    return succeed(await trustStateOf(context, repositories, tenant));
  });
};

/** What a device is told to run must be here to be fetched, and be what its signed summary says. */
async function checkPublished({ repositories, tenant }: Work, named: NamedRelease): Promise<Outcome<void>> {
  const release = await repositories.releases.findByDigest(tenant, named.digest);
  if (!release) return refuse('release_unknown', `${named.path} is not published here; publish the release first`);
  if (doesCustomAgree(named.custom, release.payload)) return succeed(undefined);
  return refuse('release_disagrees', `the signed summary of ${named.path} says other things than the release`);
}

async function store({ repositories, tenant, nowMs }: Work, role: string, document: TrustDocument): Promise<void> {
  const { version, expires } = document.signed;
  const file = { role, version, content: JSON.stringify(document), expiresAtMs: Date.parse(expires) };
  if (!(await repositories.trustMetadata.add(tenant, file, nowMs))) throw new LostRace(`${role} ${version} is there`);
}
