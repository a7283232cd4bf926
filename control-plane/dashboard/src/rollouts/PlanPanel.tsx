import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { planRollout, type RolloutPlanView, type RolloutRequest } from '@wherry/protocol';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { Panel } from '../parts/Panel.tsx';
import { useSettled } from '../parts/settled.ts';
import { LEFT_OUT_WORDS } from '../words/left-out.ts';
import { duration } from '../words/time.ts';
import { bytes, counted } from '../words/units.ts';

const SETTLED_AFTER_MS = 300;

/** What the form would do, asked of the server while it is filled; nothing is changed by asking. */
export function PlanPanel({ request }: { readonly request: RolloutRequest | null }) {
  const wanted = useSettled(request === null ? null : JSON.stringify(request), SETTLED_AFTER_MS);
  const plan = useQuery({
    queryKey: [...KEYS.plan, wanted ?? ''],
    queryFn: () => api.call(planRollout, { body: { request: JSON.parse(wanted ?? 'null'), samples: 4 } }),
    enabled: wanted !== null,
    placeholderData: keepPreviousData,
  });
  return (
    <Panel title="What it would do">
      {request === null && plan.data === undefined ? (
        <p className="quiet">Choose a release: here you see which devices would move, in which waves, and who stays.</p>
      ) : (
        <Loaded query={plan}>{(known) => <Plan plan={known} isStale={plan.isPlaceholderData} />}</Loaded>
      )}
    </Panel>
  );
}

function Plan({ plan, isStale }: { readonly plan: RolloutPlanView; readonly isStale: boolean }) {
  const unknown = plan.bytes.unknownDevices;
  return (
    <div className="stack plan" aria-busy={isStale} data-total={plan.total}>
      <p>
        <b>{counted(plan.total, 'device')}</b> would move, {plan.online} of them online now.{' '}
        {plan.bytes.total > 0 ? `${bytes(plan.bytes.total)} to download in all. ` : ''}
        {unknown > 0 ? `${counted(unknown, 'device')} pull an image, whose size is not known here. ` : ''}
        {plan.total > 0 ? `At the least ${duration(plan.shortestMs)}, if every device answers at once.` : ''}
      </p>
      <ol className="plan-waves">
        {plan.total > 0
          ? plan.waves.map((wave) => <PlannedWave key={wave.index} wave={wave} total={plan.total} />)
          : null}
      </ol>
      <LeftOut plan={plan} />
      {plan.takesOver.map(({ rollout, devices }) => (
        <p key={rollout} className="quiet">
          {counted(devices, 'device')} would be taken over from an unfinished rollout of the same app.
        </p>
      ))}
    </div>
  );
}

function PlannedWave({ wave, total }: { readonly wave: RolloutPlanView['waves'][number]; readonly total: number }) {
  const rest = wave.total - wave.devices.length;
  return (
    <li>
      <span>
        Wave {wave.index + 1}: <b>{counted(wave.total, 'device')}</b>
        {wave.online < wave.total ? <span className="quiet">, {wave.online} online</span> : null}
        {wave.approval ? (
          <span className="quiet">, once {wave.second ? 'a second operator' : 'somebody'} approved</span>
        ) : null}
      </span>
      <span className="usage-bar" aria-hidden="true">
        <span style={{ width: `${(100 * wave.total) / Math.max(1, total)}%` }} />
      </span>
      <span className="quiet">
        {wave.devices
          .map(({ device, currentVersion }) => `${device}${currentVersion ? ` (${currentVersion})` : ''}`)
          .join(', ')}
        {rest > 0 && wave.devices.length > 0 ? ` and ${rest} more` : ''}
      </span>
    </li>
  );
}

function LeftOut({ plan }: { readonly plan: RolloutPlanView }) {
  const reasons = plan.leftOut.filter(({ count }) => count > 0);
  if (reasons.length === 0) return null;
  return (
    <div>
      <h3>Left out</h3>
      <ul className="left-out">
        {reasons.map(({ reason, count, devices }) => (
          <li key={reason} data-reason={reason}>
            <b>{counted(count, 'device')}</b> {LEFT_OUT_WORDS[reason]}
            <span className="quiet">
              : {devices.map(({ device }) => device).join(', ')}
              {count > devices.length ? ', …' : ''}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
