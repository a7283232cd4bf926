import { Worker } from 'node:worker_threads';

/** Compresses in a thread that ends with it. Both arguments are handed over. Rejects when it fails, takes too long or is aborted. */
export function compressInThread(
  base: Uint8Array<ArrayBuffer>,
  blob: Uint8Array<ArrayBuffer>,
  withinMs: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { base, blob },
    transferList: [base.buffer, blob.buffer],
  });
  return new Promise<Uint8Array>((resolve, reject) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    const onAbort = () => reject(limit.reason);
    if (limit.aborted) onAbort();
    limit.addEventListener('abort', onAbort, { once: true });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread ended with code ${code}`)));
  }).finally(() => worker.terminate());
}
