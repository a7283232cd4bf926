import type { Report, ReportItem, WorkloadStatus } from '@wherry/protocol';
import { APP } from '../device/disk.ts';
import type { ServerProcess } from './process.ts';
import { feed, pick } from './rollout-run.ts';
import type { DeviceRow } from './store.ts';
import type { Work } from './work.ts';

/** What server processes do with what they hear, in the order of app/apply-reports.ts and its neighbours. */
const GENERATION_MAX = 2 ** 50;
const RESEND_MAX_MS = 600_000;

/** Stores each number once, tells the rollouts, and only then acknowledges (C1). */
export function applyReport(process: ServerProcess, name: string, report: Report): void {
  const { world } = process;
  process.run(
    (work) => {
      const received = world.store.received(name, report.boot);
      const noted = new Set<number>();
      for (const item of report.items) {
        // A process that forgot what it stored must do no harm either: the machines themselves know old news (R5).
        const isKnown = received.has(item.seq) || noted.has(item.seq);
        if (isKnown && !world.happens('repeat')) continue;
        noted.add(item.seq);
        if (!isKnown)
          work.noted.push({ device: name, boot: report.boot, firstSeq: item.firstSeq ?? item.seq, seq: item.seq });
        applyItem(work, name, report.boot, item);
      }
      // The row stands for the numbers too: two processes that store the same ones meet here.
      if (noted.size > 0) work.change(name, {});
    },
    () => [() => acknowledge(process, name, report)],
  );
}

function acknowledge(process: ServerProcess, name: string, { boot, items }: Report): void {
  const { world } = process;
  const device = world.deviceOf(name);
  const claimed = Math.max(...items.map(({ seq }) => seq));
  const upTo = world.flaw === 'acknowledge_first' ? claimed : world.store.received(name, boot).upTo;
  const ack = world.wire.passAck(name, { boot: boot as Report['boot'], upTo }, 'director');
  world.network.carry(() => device.link.acknowledged(ack.boot, ack.upTo));
}

function applyItem(work: Work, name: string, boot: string, { seq, body }: ReportItem): void {
  if (body.type !== 'state') return;
  const row = work.device(name);
  const status: WorkloadStatus | null | undefined = body.workloads[APP as keyof typeof body.workloads];
  const isWhole = body.full === true;
  if (body.generation <= GENERATION_MAX) noteGeneration(work, row, body.generation);
  const isNewest =
    row.reported === null || row.reported.boot < boot || (row.reported.boot === boot && row.reported.seq < seq);
  if (isNewest && (status !== undefined || isWhole))
    work.change(name, { reported: { status: status ?? null, boot, seq } });
  for (const id of work.rolloutIds()) {
    const waiting = work.member(id, name);
    if (waiting?.state === 'waiting' && row.isOnline) feed(work, id, { type: 'heard', member: waiting });
    const member = work.member(id, name);
    if (member === undefined) continue;
    if (status) {
      const { release, attempt, state: deployment, code, message, variant } = status;
      const said = { release, attempt, deployment, code, message, variant };
      feed(work, id, { type: 'reported', member, report: said });
    } else if (status === null || isWhole) feed(work, id, { type: 'gone', member, generation: body.generation });
  }
}

/** A device that is ahead of what is written here gets a desired state above its own (A3). */
function noteGeneration(work: Work, row: DeviceRow, generation: number): void {
  const reportedGeneration = Math.max(row.reportedGeneration ?? 0, generation);
  const isConfirmed = generation >= row.desiredGeneration;
  if (reportedGeneration !== row.reportedGeneration || (isConfirmed && row.sendAtMs !== null))
    work.change(row.name, { reportedGeneration, sendAtMs: isConfirmed ? null : row.sendAtMs });
  if (generation > row.desiredGeneration) work.stale.add(row.name);
}

export function connected(process: ServerProcess, name: string, isOnline: boolean): void {
  process.run((work) => {
    if (work.device(name).isOnline === isOnline) return;
    work.change(name, { isOnline, offlineSinceMs: isOnline ? null : work.nowMs });
    if (!isOnline) return;
    for (const id of work.rolloutIds()) {
      const member = work.member(id, name);
      if (member?.state === 'pending' || member?.state === 'waiting') feed(work, id, { type: 'heard', member });
    }
  });
}

/** Deadlines, times to begin and paces: what time alone changes. */
export function expireDue(process: ServerProcess): void {
  const { store, checks } = process.world;
  for (const id of store.rollouts.keys()) {
    const nowMs = process.nowMs();
    const due = checks.open(id).filter((device) => {
      const at = store.member(id, device)?.deadlineAtMs;
      return at != null && at <= nowMs;
    });
    const { wakeAtMs } = store.rollouts.get(id)?.header ?? {};
    const isWoken = wakeAtMs != null && wakeAtMs <= nowMs;
    if (due.length === 0 && !isWoken) continue;
    let lookedAtMs = nowMs;
    process.run(
      (work) => {
        // A second try may look at a clock that was set back meanwhile.
        lookedAtMs = work.nowMs;
        if (isWoken) feed(work, id, { type: 'tick' });
        for (const device of due) {
          const member = work.member(id, device);
          if (member !== undefined) feed(work, id, { type: 'deadline', member });
        }
      },
      () => [() => checks.expired(id, due, lookedAtMs)],
    );
  }
}

/** Devices that went away during their soak, as app/watch-soaks.ts. */
export function watchSoaks(process: ServerProcess): void {
  const { store, checks, machines } = process.world;
  for (const [id, { header }] of store.rollouts) {
    if (header.watch.offlineAfterMs === null) continue;
    const soaking = checks.open(id).filter((device) => store.member(id, device)?.state === 'soaking');
    if (soaking.length === 0) continue;
    const away: { device: string; sinceMs: number }[] = [];
    let lookedAtMs = 0;
    process.run(
      (work) => {
        lookedAtMs = work.nowMs;
        away.length = 0;
        for (const device of soaking) {
          const { isOnline, offlineSinceMs } = work.device(device);
          const member = work.member(id, device);
          if (isOnline || offlineSinceMs === null || member?.state !== 'soaking') continue;
          away.push({ device, sinceMs: offlineSinceMs });
          const finding = machines.server.judgeSilence(work.rollout(id).header.watch, offlineSinceMs, work.nowMs);
          if (finding) feed(work, id, { type: 'unwell', member, ...finding });
        }
      },
      () => [() => checks.watched(id, away, lookedAtMs)],
    );
  }
}

/** Desired states that their devices did not confirm are sent again, more patiently each time. */
export function sendDue(process: ServerProcess): void {
  const nowMs = process.nowMs();
  for (const row of process.world.store.devices.values()) {
    if (row.sendAtMs === null || row.sendAtMs > nowMs || !row.isOnline) continue;
    const sendAtMs = nowMs + Math.min(RESEND_MAX_MS, 10_000 * 2 ** Math.min(row.tries, 20));
    process.world.store.devices.set(row.name, { ...row, sendAtMs, tries: row.tries + 1 });
    process.publish(row.name);
  }
}

/** An answer to a pick of long ago, or one that nobody asked for: the machine must not rely on its shell. */
export function answerLate(process: ServerProcess, id: string): void {
  process.run((work) => {
    const { currentWave } = work.rollout(id).header;
    const picked = pick(work, id, { fromWave: 0, throughWave: currentWave, count: 5, isBorrowing: false });
    feed(work, id, { type: 'picked', isBorrowing: false, picked });
  });
}
