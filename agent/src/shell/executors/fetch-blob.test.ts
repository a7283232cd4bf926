import { expect, test } from 'vitest';
import type { LifecycleEvent } from '../../core/lifecycle/events.ts';
import type { FetchProblem } from '../device-http.ts';
import type { WantedBlob } from '../downloading/wanted.ts';
import type { ExecutorContext } from './context.ts';
import { fetchBlob } from './fetch-blob.ts';

const EFFECT = { kind: 'fetchBlob', ticket: 3, digest: `sha256:${'a'.repeat(64)}`, sizeBytes: 10 } as const;
const SPENT: FetchProblem = { code: 'download_budget_spent', message: 'later', isFinal: false };

async function eventsOf(pieces: number, problem: FetchProblem | null): Promise<readonly LifecycleEvent['type'][]> {
  const events: LifecycleEvent['type'][] = [];
  const download = async ({ onBytes }: WantedBlob) => {
    for (let piece = 0; piece < pieces; piece += 1) onBytes?.();
    return problem;
  };
  const dispatch = (_app: string, event: LifecycleEvent) => void events.push(event.type);
  await fetchBlob('hall', EFFECT, { download, dispatch } as unknown as ExecutorContext, new AbortController().signal);
  return events;
}

test('the first bytes are told once, and not where none came', async () => {
  expect(await eventsOf(3, null)).toEqual(['blob_begun', 'blob_fetched']);
  expect(await eventsOf(1, SPENT)).toEqual(['blob_begun', 'blob_failed']);
  expect(await eventsOf(0, SPENT)).toEqual(['blob_failed']);
});
