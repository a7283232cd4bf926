import { defineConfig } from 'vitest/config';

/** `unit` is quick and pure; `real` uses brokers, engines, browsers and child processes (one file at a time). */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{protocol,agent,control-plane/*,guest-sdk,firmware-targets,scripts}/src/**/*.test.ts?(x)',
            'scripts/sim/**/*.test.ts',
            'rules/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'real',
          include: ['{protocol,agent,control-plane/*,guest-sdk,firmware-targets,scripts}/test/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Two at a time: most of a test's life is waiting for processes.
          maxWorkers: 2,
        },
      },
    ],
  },
});
