import { writeSync } from 'node:fs';
import { runCommandLine } from '../src/command-line/run.ts';
import { FakeRuntime } from '../src/runtimes/fake/runtime.ts';
import type { HostServices, WorkloadSpec } from '../src/runtimes/port.ts';

/** The real agent but for its runtime, which starts nothing and says what it would have started: one line on standard error. */
class TellingRuntime extends FakeRuntime {
  override start(spec: WorkloadSpec, host: HostServices) {
    writeSync(2, `${JSON.stringify({ startedVersion: spec.release.version })}\n`);
    return super.start(spec, host);
  }
}

await runCommandLine(process.argv.slice(3), () => [new TellingRuntime()]);
