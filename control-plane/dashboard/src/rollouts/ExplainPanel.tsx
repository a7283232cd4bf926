import { useQuery } from '@tanstack/react-query';
import { explainRollout, type Rollout } from '@wherry/protocol';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Reasons } from './Reasons.tsx';

/** Why the rollout is in its state. */
export function ExplainPanel({ rollout }: { readonly rollout: Rollout }) {
  const explanation = useQuery({
    queryKey: KEYS.explanation(rollout.id),
    queryFn: () => api.call(explainRollout, { params: { id: rollout.id } }),
  });
  return (
    <Panel title="Why it is so">
      <Loaded query={explanation}>
        {(known) => (
          <>
            <Reasons {...known} sentence={known.sentence === rollout.verdict?.sentence ? null : known.sentence} />
            {known.state === 'running' || known.state === 'paused' ? (
              <p className="quiet">
                Wave {known.gate.wave + 1}: {known.gate.failuresLeft} more may fail before it halts.
              </p>
            ) : null}
          </>
        )}
      </Loaded>
    </Panel>
  );
}
