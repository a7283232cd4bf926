import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type RolloutRequest, startRollout } from '@wherry/protocol';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { PAGES } from '../pages.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { MatchedDevices } from '../parts/MatchedDevices.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { useReleaseChoices } from '../releases/use-release-choices.ts';
import { selectorFaultOf } from '../words/problem.ts';
import { ConfigFields } from './ConfigFields.tsx';
import { EMPTY_DRAFT, type RolloutDraft } from './draft.ts';
import { ForecastPanel } from './ForecastPanel.tsx';
import { GateFields } from './GateFields.tsx';
import { MoreFields } from './MoreFields.tsx';
import { PaceFields } from './PaceFields.tsx';
import { PlanPanel } from './PlanPanel.tsx';
import { ReleaseField } from './ReleaseField.tsx';
import { readDraft } from './read-draft.ts';
import { WaveFields } from './WaveFields.tsx';

const BEGIN_WORDS: Readonly<Record<RolloutDraft['more']['begin'], string>> = {
  now: 'Start the rollout',
  at: 'Schedule the rollout',
  draft: 'Keep it as a draft',
};

export function NewRolloutPage() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<RolloutDraft>({
    ...EMPTY_DRAFT,
    app: search.get('app') ?? '',
    version: search.get('version') ?? '',
  });
  const [isTried, setTried] = useState(false);
  const releases = useReleaseChoices();
  const start = useMutation({
    mutationFn: (body: RolloutRequest) => api.call(startRollout, { body }),
    onSuccess: (rollout) => {
      queries.setQueryData(KEYS.rollout(rollout.id), rollout);
      void navigate(PAGES.rollout(rollout.id));
    },
  });
  const { request, faults } = readDraft(draft);
  const change = (part: Partial<RolloutDraft>) => setDraft((before) => ({ ...before, ...part }));
  const fields = { draft, faults: isTried ? faults : new Map(), change };
  const refusal = selectorFaultOf(start.error) ? null : start.error;
  return (
    <>
      <PageHead title="Start a rollout" />
      <form
        className="rollout-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (request) start.mutate(request);
        }}
      >
        <div>
          <Panel title="What">
            <Loaded query={releases}>{(page) => <ReleaseField {...fields} releases={page.items} />}</Loaded>
            <ConfigFields
              {...fields}
              release={releases.data?.items.find(({ app, version }) => app === draft.app && version === draft.version)}
            />
          </Panel>
          <Panel title="Which devices, in which waves">
            <MatchedDevices selector={draft.selector} onSelector={(selector) => change({ selector })} />
            <WaveFields {...fields} />
          </Panel>
          <Panel title="Gate of every wave">
            <GateFields {...fields} />
          </Panel>
          <Panel title="Pace">
            <PaceFields {...fields} />
          </Panel>
          <MoreFields {...fields} />
          <div className="form-end">
            <ErrorNotice error={refusal} />
            {isTried && faults.size > 0 ? (
              <p className="field-error" role="alert">
                {faults.get('other') ?? 'Correct the marked fields first.'}
              </p>
            ) : null}
            <div className="actions">
              <button type="submit" className="primary" disabled={start.isPending}>
                {start.isPending ? 'Sending…' : BEGIN_WORDS[draft.more.begin]}
              </button>
            </div>
          </div>
        </div>
        <div className="form-aside">
          <PlanPanel request={request} />
          <ForecastPanel request={request} />
        </div>
      </form>
    </>
  );
}
