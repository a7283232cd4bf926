import type { ReportBody, WorkloadStatus } from '@wherry/protocol';

/**
 * A report that would not fit one packet loses its prose, never its facts: codes, states and numbers stay. Without this, the one row
 * that is too long would keep all others on the device.
 */
const SENTENCE_CHARS = 64;

export function shrinkReport(body: ReportBody, fits: (body: ReportBody) => boolean): ReportBody {
  if (body.type !== 'state' || fits(body)) return body;
  const shorter = mapWorkloads(body, shortened);
  return fits(shorter) ? shorter : mapWorkloads(body, (status) => withoutRefusals(shortened(status)));
}

function mapWorkloads(
  body: Extract<ReportBody, { type: 'state' }>,
  change: (status: WorkloadStatus) => WorkloadStatus,
): ReportBody {
  const workloads = Object.entries(body.workloads).map(([app, status]) => [app, status && change(status)]);
  return { ...body, workloads: Object.fromEntries(workloads) };
}

function shortened(status: WorkloadStatus): WorkloadStatus {
  return {
    ...status,
    ...(status.message === undefined ? {} : { message: cut(status.message) }),
    ...(status.refusals === undefined
      ? {}
      : { refusals: status.refusals.map((refusal) => ({ ...refusal, message: cut(refusal.message) })) }),
  };
}

function withoutRefusals({ refusals: _, ...status }: WorkloadStatus): WorkloadStatus {
  return status;
}

function cut(text: string): string {
  return text.slice(0, SENTENCE_CHARS).toWellFormed();
}
