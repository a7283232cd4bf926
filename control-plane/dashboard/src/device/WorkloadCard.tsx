import { describeLimitHit, type WorkloadStatus } from '@wherry/protocol';
import { Link } from 'react-router';
import { PAGES } from '../pages.ts';
import { Badge } from '../parts/Badge.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { CODE_WORDS } from '../words/codes.ts';
import { DEPLOYMENT_LOOKS } from '../words/deployment-states.ts';
import { counted } from '../words/units.ts';
import { Refusals } from './Refusals.tsx';

interface WorkloadCardProps {
  readonly workload: WorkloadStatus;
  /** Null for those who may not send commands. */
  readonly onCommand: ((kind: 'restart' | 'run') => void) | null;
  readonly canSend: boolean;
}

export function WorkloadCard({ workload, onCommand, canSend }: WorkloadCardProps) {
  const { app, version, state, code, message, limit, running } = workload;
  return (
    <article className="workload" aria-label={app} data-app={app}>
      <header className="spread">
        <h3>
          {app} <Link to={PAGES.release(app, version)}>{version}</Link>
        </h3>
        <Badge look={DEPLOYMENT_LOOKS[state]} />
      </header>
      <p className="quiet">
        {variantWords(workload)} · {counted(workload.restarts, 'restart')} · attempt {workload.attempt} · in this state
        since <RelativeTime atMs={workload.sinceMs} />
        {workload.rollout ? (
          <>
            {' '}
            · <Link to={PAGES.rollout(workload.rollout)}>rollout</Link>
          </>
        ) : null}
      </p>
      {code ? (
        <p className="why">
          <strong>{CODE_WORDS[code]}</strong> <code>{code}</code>
          {message ? <span className="why-detail">{message}</span> : null}
          {limit ? <span className="why-detail">It hit its limit of {describeLimitHit(limit)}.</span> : null}
        </p>
      ) : message ? (
        <p className="why-detail">{message}</p>
      ) : null}
      {running && running.version !== version ? (
        <p>
          Meanwhile <Link to={PAGES.release(app, running.version)}>{running.version}</Link> runs.
        </p>
      ) : null}
      {workload.refusals?.length ? <Refusals refusals={workload.refusals} /> : null}
      {onCommand ? (
        <div className="actions">
          <button type="button" disabled={!canSend} onClick={() => onCommand('restart')}>
            Restart
          </button>
          <button type="button" disabled={!canSend} onClick={() => onCommand('run')}>
            Run now
          </button>
        </div>
      ) : null}
    </article>
  );
}

function variantWords({ variant, runtime }: WorkloadStatus): string {
  if (!variant) return 'no variant chosen yet';
  return runtime && runtime !== variant ? `${variant} by ${runtime}` : variant;
}
