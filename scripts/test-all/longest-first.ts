import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The order of files in a clone that has no times of an earlier run: those that take longest go first, so that the run does not end
 * with one of them alone. The rest is vitest's order.
 */
const LONGEST = [
  'scripts/test/torture.test.ts',
  'scripts/test/kill.test.ts',
  'agent/test/agent-faults.test.ts',
  'agent/test/agent-disk.test.ts',
  'agent/test/docker-life.test.ts',
  'agent/test/agent-attacks.test.ts',
  'agent/test/agent-life.test.ts',
  'scripts/test/demo.test.ts',
  'agent/test/agent-stolen-keys.test.ts',
  'agent/test/agent-torn.test.ts',
  'agent/test/agent-trust.test.ts',
  'firmware-targets/test/arm64.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => placeOf(a) - placeOf(b));
  }
}

/** Sorting is stable: whatever is not named keeps its place. */
function placeOf({ moduleId, project }: TestSpecification): number {
  const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}`));
  // Projects run one after the other.
  return project.name !== 'real' || at === -1 ? LONGEST.length : at;
}
