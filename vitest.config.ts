import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/test-all/longest-first.ts';

/** `unit` is quick and pure; `real` uses brokers, engines, browsers and child processes (two files at a time). */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    globalSetup: 'scripts/test-all/run-folder.ts',
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{protocol,agent,control-plane/*,guest-sdk,firmware-targets,scripts}/src/**/*.test.ts?(x)',
            'scripts/{sim,bench,test-all}/**/*.test.ts',
            'rules/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**'],
          testTimeout: 20_000,
          // Nothing here changes what another file sees; to load the same modules for each file costs two thirds of the time.
          isolate: false,
        },
      },
      {
        test: {
          name: 'real',
          include: ['{protocol,agent,control-plane/*,guest-sdk,firmware-targets,scripts}/test/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // What becomes true by itself is waited for: a busy machine takes its time.
          expect: { poll: { timeout: 60_000, interval: 20 } },
          isolate: false,
          // Programs of ours that a test starts load their modules as the first of them left them: half the time of a start.
          env: { NODE_COMPILE_CACHE: resolve(import.meta.dirname, 'test-output/compiled') },
          // Two at a time: most of a test's life is waiting for processes.
          maxWorkers: 2,
        },
      },
    ],
  },
});
