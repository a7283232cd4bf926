import { type DesiredState, type DesiredWorkload, type DeviceId, LIMITS, type TenantId } from '@wherry/protocol';
import { nextGeneration } from '../../domain/devices/generation.ts';
import type { Assignment, DesiredDocument } from '../../storage/port/desired.ts';
import type { SealedBrief } from '../../storage/port/secrets.ts';
import type { Repositories } from '../../storage/port.ts';
import type { AppContext } from '../context.ts';
import { APP_LIMITS } from '../limits.ts';

/** What a piece of work must tell, to have desired states written. */
export interface DesiredWork {
  readonly context: Pick<AppContext, 'director' | 'usageEveryMs'>;
  readonly tenant: string;
  readonly nowMs: number;
  readonly repositories: Repositories;
  readonly stale: ReadonlySet<string>;
}

/** Composes and signs the desired state of each stale device under its next generation, and puts it in the outbox. */
export async function writeDesired(work: DesiredWork): Promise<void> {
  const { context, tenant, nowMs, repositories } = work;
  if (work.stale.size === 0) return;
  const devices = [...work.stale];
  const states = await repositories.devices.states(tenant, devices);
  const assignments = Map.groupBy(await repositories.desired.assignments(tenant, devices), ({ device }) => device);
  const sealed = Map.groupBy(await repositories.secrets.ofDevices(tenant, devices), ({ device }) => device);
  const snapshot = await repositories.trustMetadata.newest(tenant, 'snapshot');
  const documents: DesiredDocument[] = [];
  for (const device of devices) {
    const state = states.get(device);
    if (!state) continue;
    const generation = nextGeneration(state);
    const secrets = Map.groupBy(sealed.get(device) ?? [], ({ app }) => app);
    const workloads = (assignments.get(device) ?? []).flatMap((of) => workloadOf(of, secrets.get(of.app) ?? []));
    documents.push(sign(context, tenant, device, generation, nowMs, workloads, snapshot?.version));
  }
  await repositories.desired.save(tenant, documents, nowMs);
}

function sign(
  context: DesiredWork['context'],
  tenant: string,
  device: string,
  generation: number,
  nowMs: number,
  workloads: DesiredWorkload[],
  trust: number | undefined,
): DesiredDocument {
  const expiresAtMs = nowMs + APP_LIMITS.desiredValidMs;
  const state: DesiredState = {
    tenant: tenant as TenantId,
    device: device as DeviceId,
    generation,
    issuedAtMs: nowMs,
    expiresAtMs,
    workloads: workloads.slice(0, LIMITS.workloadsPerDevice),
    usageEveryMs: context.usageEveryMs ?? APP_LIMITS.usageEveryMs,
    ...(trust === undefined ? {} : { trust }),
  };
  return { device, generation, envelope: context.director.sign(state), expiresAtMs };
}

function workloadOf(assignment: Assignment, sealed: readonly SealedBrief[]): DesiredWorkload[] {
  const { app, version, release, config, attempt, rollout, isRollback, terms } = assignment;
  if (release === null || version === null) return [];
  return [
    {
      app,
      version,
      release,
      config,
      attempt,
      ...(rollout === null ? {} : { rollout }),
      ...(isRollback ? { rollback: true } : {}),
      ...(terms?.window ? { window: terms.window } : {}),
      ...(terms?.download ? { download: terms.download } : {}),
      ...(sealed.length > 0 ? { secrets: sealed.map(({ name, version, digest }) => ({ name, version, digest })) } : {}),
    },
  ];
}
