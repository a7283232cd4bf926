import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { percentile, rounded } from '../statistics.ts';
import { atMost, type Suite, type SuiteReport } from '../suite.ts';
import { openDeployStage } from './stage.ts';

/** Limits that the documentation names (docs/operating/frugality.md). */
const WASM_MS = 300;
const CONTAINER_MS = 1_000;

const HELP = `  --runs N       releases of each kind (30)
`;

async function run(args: readonly string[], say: (line: string) => void): Promise<SuiteReport> {
  const { values } = parseArgs({ args: [...args], options: { runs: { type: 'string', default: '30' } } });
  const runs = Number(values.runs);
  if (!(Number.isInteger(runs) && runs > 0)) throw new Error('--runs is a whole number above 0');
  const dir = mkdtempSync(join(tmpdir(), 'wherry-bench-deploy-'));
  const stage = await openDeployStage(dir, say);
  try {
    const wasm = await measure('wasm', runs, stage.deployWasm, say);
    const container =
      stage.deployContainer === null ? null : await measure('container', runs, stage.deployContainer, say);
    return {
      limits: [
        atMost('wasmMs, p50', WASM_MS, wasm.p50Ms),
        atMost('containerMs, p50', CONTAINER_MS, container?.p50Ms ?? null, stage.engineReason),
      ],
      wasm,
      container: container ?? { reason: stage.engineReason },
    };
  } finally {
    await stage.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measure(
  kind: string,
  runs: number,
  deploy: (counter: number) => Promise<number>,
  say: (line: string) => void,
) {
  say(`${runs} releases, ${kind}`);
  // The first one also installs the app.
  await deploy(1);
  const ms: number[] = [];
  for (let at = 0; at < runs; at++) ms.push(await deploy(at + 2));
  return {
    runs,
    p50Ms: rounded(percentile(ms, 0.5)),
    p99Ms: rounded(percentile(ms, 0.99)),
    minMs: rounded(percentile(ms, 0)),
    maxMs: rounded(percentile(ms, 1)),
  };
}

export const deploySuite: Suite = {
  describe: 'from publishing a release to its confirmation by a connected device',
  help: HELP,
  run,
};
