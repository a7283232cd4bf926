#!/usr/bin/env node
// Starts src/main.ts on a Node that can run it. Sources run without a build, which Node does from 24 on; an older one hands
// over to the Node that is pinned in node_modules, with its standard streams, signals and exit code.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;

if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) await import('../src/main.ts');
else handOver(pinnedNode(dirname(fileURLToPath(import.meta.url))));

function pinnedNode(folder) {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const candidate = join(at, 'node_modules/node/bin/node');
    if (existsSync(candidate)) return candidate;
  }
  console.error(
    `Node ${process.versions.node} is too old: run "npm ci" in the project, or use Node ${NEEDED_MAJOR} or newer.`,
  );
  process.exit(1);
}

function handOver(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the child as well; twice would read as impatience.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`start ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));
}
