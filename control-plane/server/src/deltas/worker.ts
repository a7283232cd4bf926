import { parentPort, workerData } from 'node:worker_threads';
import { compressDelta } from './compress.ts';

/** One delta in a thread of its own: compressing takes a second, and the event loop has devices to answer. */
const { base, blob } = workerData as { readonly base: Uint8Array; readonly blob: Uint8Array };
parentPort?.postMessage(compressDelta(base, blob));
