import type { GuestLimits, Release } from '@wherry/protocol';
import { Facts } from '../parts/Facts.tsx';
import { duration } from '../words/time.ts';
import { capabilityWords, triggerWords } from '../words/triggers.ts';
import { bytes, counted, percent } from '../words/units.ts';

function limitWords({ memoryBytes, cpuShare, wallMs, cpuTimeMs, fuel, hostCallsPerSecond }: GuestLimits): string {
  return [
    `${bytes(memoryBytes)} of memory, ${percent(cpuShare)} of a core, ${duration(wallMs)} a call`,
    ...(cpuTimeMs === undefined ? [] : [`${duration(cpuTimeMs)} of CPU time a call`]),
    ...(fuel === undefined ? [] : [`${fuel.toLocaleString('en')} of fuel a call`]),
    ...(hostCallsPerSecond === undefined ? [] : [`${counted(hostCallsPerSecond, 'host call')} a second`]),
  ].join(', ');
}

export function ReleaseGrants({ release }: { readonly release: Release }) {
  const { limits, health } = release;
  const capabilities = capabilityWords(release.capabilities);
  const config = Object.entries(release.config);
  return (
    <Facts
      facts={[
        ['Runs', <Lines key="triggers" lines={release.triggers.map(triggerWords)} />],
        [
          'May',
          capabilities.length > 0 ? <Lines key="capabilities" lines={capabilities} /> : 'nothing outside of itself',
        ],
        ['Limits', limitWords(limits)],
        [
          'Health',
          `first probe after ${duration(health.afterMs)}, then every ${duration(health.everyMs)}; ${counted(health.failures, 'failure')} in a row fail it; good after ${duration(health.soakMs)}`,
        ],
        [
          'Config',
          config.length > 0 ? (
            <Lines
              key="config"
              lines={config.map(
                ([key, { type, default: value }]) => `${key}: ${type}${value === undefined ? '' : ` = ${value}`}`,
              )}
            />
          ) : (
            'none'
          ),
        ],
      ]}
    />
  );
}

function Lines({ lines }: { readonly lines: readonly string[] }) {
  return (
    <ul className="lines">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
