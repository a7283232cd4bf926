import {
  LIMITS,
  matchesSelector,
  type Outcome,
  setSecret as operation,
  parseSelector,
  refuse,
  type SealedSecret,
  type Selector,
  succeed,
} from '@wherry/protocol';
import type { SealedRecord, SecretRecord } from '../storage/port/secrets.ts';
import { audit } from './audit.ts';
import { sealedDigest, sealingKeyId, sealingKeyOf } from './sealing/sealing-keys.ts';
import { transact, type Work } from './transact.ts';
import type { UseCase } from './use-cases.ts';
import { secretViews } from './views/secret-view.ts';

type Given = { readonly device: string; readonly sealed: SealedSecret };

/**
 * The next version of a secret, or more devices for the newest. All or nothing: each device is of the selector, and the value is sealed
 * to the key that it has now. What is sealed here nobody here can open. Codes: invalid_selector, conflict, not_found, wrong_device.
 */
export const setSecret: UseCase<'setSecret'> = async (context, caller, input) => {
  const { tenant } = caller;
  const { app, name } = operation.params.parse(input.params);
  const { version, selector, devices, custody } = operation.body.parse(input.body);
  const parsed = parseSelector(selector);
  if (!parsed.ok) return parsed;
  return await transact(context, tenant, async (work) => {
    const { secrets } = work.repositories;
    const before = await secrets.find(tenant, app, name);
    const record: SecretRecord = {
      ...{ app, name, version, selector, isRemoved: false },
      setBy: caller.operator,
      setAtMs: work.nowMs,
    };
    const follows = checkFollows(before, record);
    if (!follows.ok) return follows;
    const isNew = before === null || before.isRemoved || before.version !== version;
    if (
      isNew &&
      (await secrets.list(tenant, app)).filter((one) => one.name !== name).length >= LIMITS.secretsPerRelease
    )
      return refuse('not_allowed_in_state', `${app} has ${LIMITS.secretsPerRelease} secrets, the most: remove one`);
    const checked = await checkDevices(work, parsed.value, devices);
    if (!checked.ok) return checked;
    if (isNew) await secrets.save(tenant, record);
    const sealed = devices.map(
      ({ device, sealed }): SealedRecord => ({
        ...{ device, app, name, version, sealed },
        digest: sealedDigest(sealed),
        atMs: work.nowMs,
      }),
    );
    await secrets.seal(tenant, sealed);
    await secrets.keep(tenant, app, name, version, custody);
    await makeStale(
      work,
      app,
      devices.map(({ device }) => device),
    );
    await audit(work, caller, 'set_secret', `${app}/${name}`, { version, selector, devices: devices.length });
    const [view] = await secretViews(work.repositories, tenant, [isNew ? record : (before ?? record)]);
    return view ? succeed(view) : refuse('internal', `no view of secret ${name}`);
  });
};

/** Versions grow one by one, over a removal too: a device remembers the highest that it had. */
function checkFollows(before: SecretRecord | null, next: SecretRecord): Outcome<void> {
  const newest = before?.version ?? 0;
  if (next.version === newest + 1) return succeed(undefined);
  if (before === null || before.isRemoved || next.version !== newest)
    return refuse('conflict', `the newest version of ${next.name} is ${newest}: read it again and set ${newest + 1}`);
  if (before.selector === next.selector) return succeed(undefined);
  return refuse('conflict', `version ${newest} of ${next.name} is for other devices: set version ${newest + 1}`);
}

async function checkDevices(
  { repositories, tenant }: Work,
  selector: Selector,
  given: readonly Given[],
): Promise<Outcome<void>> {
  const records = new Map(
    (
      await repositories.devices.findMany(
        tenant,
        given.map(({ device }) => device),
      )
    ).map((one) => [one.device as string, one]),
  );
  for (const { device, sealed } of given) {
    const record = records.get(device);
    if (!record || record.removedAtMs !== null) return refuse('not_found', `there is no device ${device}`);
    if (!matchesSelector(selector, record))
      return refuse('wrong_device', `${device} is not among the devices that the secret is for: leave it out`);
    const key = sealingKeyOf(record);
    if (key === null || sealingKeyId(key) !== sealed.key)
      return refuse('conflict', `${device} has another key by now: read the recipients again and seal to it`);
  }
  return succeed(undefined);
}

/** Devices that do not run the app hear of its secrets when they are to run it. */
export async function makeStale(work: Work, app: string, devices: readonly string[]): Promise<void> {
  for (const assignment of await work.repositories.desired.assignments(work.tenant, devices))
    if (assignment.app === app && assignment.release !== null) work.stale.add(assignment.device);
}
