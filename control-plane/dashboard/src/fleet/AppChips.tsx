import type { WorkloadStatus } from '@wherry/protocol';
import { Icon } from '../parts/Icon.tsx';
import { DEPLOYMENT_LOOKS } from '../words/deployment-states.ts';

/** What a device runs, in little: name, version, and the state as shape, colour and word. */
export function AppChips({ workloads }: { readonly workloads: readonly WorkloadStatus[] }) {
  if (workloads.length === 0) return <span className="quiet">none</span>;
  return (
    <span className="chips">
      {workloads.map(({ app, version, state, code }) => {
        const look = DEPLOYMENT_LOOKS[state];
        return (
          <span
            key={app}
            className="chip app-chip"
            data-tone={look.tone}
            title={code ? `${look.hint} (${code})` : look.hint}
          >
            <Icon shape={look.shape} />
            {app} <span className="quiet">{version}</span>
            <span className={state === 'healthy' ? 'hidden' : 'chip-state'}>{look.label}</span>
          </span>
        );
      })}
    </span>
  );
}
