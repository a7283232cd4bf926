import { useMutation } from '@tanstack/react-query';
import { parseShare, type RolloutForecast, type RolloutRequest, simulateRollout } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { Field } from '../parts/Field.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { Panel } from '../parts/Panel.tsx';
import { duration } from '../words/time.ts';
import { counted, percent } from '../words/units.ts';

const RUNS = 100;

/** How far a bad release would come with these waves and gates, on simulated devices. */
export function ForecastPanel({ request }: { readonly request: RolloutRequest | null }) {
  const [failure, setFailure] = useState('20%');
  const [offline, setOffline] = useState('5%');
  const [failureRate, offlineRate] = [readRate(failure), readRate(offline)];
  const run = useMutation({
    mutationFn: (body: { request: RolloutRequest; failureRate: number; offlineRate: number }) =>
      api.call(simulateRollout, { body: { ...body, runs: RUNS } }),
  });
  const isReady = request !== null && failureRate !== null && offlineRate !== null;
  return (
    <Panel title="If the release is bad">
      <div className="stack">
        <div className="field-row">
          <Field label="It fails on" error={failureRate === null ? 'write a share like 20%' : undefined}>
            {(ids) => <input {...ids} value={failure} onChange={({ target }) => setFailure(target.value)} />}
          </Field>
          <Field label="Devices offline" error={offlineRate === null ? 'write a share like 5%' : undefined}>
            {(ids) => <input {...ids} value={offline} onChange={({ target }) => setOffline(target.value)} />}
          </Field>
        </div>
        <div className="actions">
          <button
            type="button"
            disabled={!isReady || run.isPending}
            onClick={() => (isReady ? run.mutate({ request, failureRate, offlineRate }) : undefined)}
          >
            {run.isPending ? 'Running…' : `Try it ${RUNS} times on simulated devices`}
          </button>
        </div>
        <ErrorNotice error={run.error} />
        {run.data ? <Forecast forecast={run.data} /> : null}
      </div>
    </Panel>
  );
}

function Forecast({ forecast }: { readonly forecast: RolloutForecast }) {
  const { reached, devices, runs, halted } = forecast;
  const rows = [
    ['half of the runs', reached.p50],
    ['9 of 10 runs', reached.p90],
    ['the worst run', reached.max],
  ] as const;
  return (
    <div className="stack forecast" role="status">
      <p>{forecast.sentence}</p>
      <dl className="forecast-bars">
        {rows.map(([words, value]) => (
          <div key={words}>
            <dt>{words} reached</dt>
            <dd>
              {counted(Math.round(value), 'device')}{' '}
              <span className="quiet">{percent(value / Math.max(1, devices))}</span>
              <span className="usage-bar" aria-hidden="true" data-high={value / devices >= 0.5}>
                <span style={{ width: `${(100 * value) / Math.max(1, devices)}%` }} />
              </span>
            </dd>
          </div>
        ))}
      </dl>
      <p className="quiet">
        {halted} of {runs} runs halted by themselves, half of them within {duration(forecast.tookMs.p50)}.
      </p>
    </div>
  );
}

function readRate(text: string): number | null {
  const share = parseShare(text.trim());
  return share.ok && share.value <= 1 ? share.value : null;
}
