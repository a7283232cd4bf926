import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Device, resolveDevice } from '@wherry/protocol';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { ConfirmButton } from '../parts/ConfirmButton.tsx';
import { ErrorNotice, Notice } from '../parts/Notice.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { ATTENTION_WORDS } from '../words/attention.ts';

interface AttentionNoticeProps {
  readonly device: Device;
  /** Null for those who may not make one. */
  readonly onReclaim: (() => void) | null;
}

/** A device that waits for an operator's word about its identity; nothing for any other. */
export function AttentionNotice({ device, onReclaim }: AttentionNoticeProps) {
  const queries = useQueryClient();
  const may = useMay(resolveDevice);
  const resolve = useMutation({
    mutationFn: () => api.call(resolveDevice, { params: { device: device.device } }),
    onSuccess: (changed) => queries.setQueryData(KEYS.device(device.device), changed),
  });
  const attention = device.identity?.attention;
  if (!attention) return null;
  const { sentence, advice, act } = ATTENTION_WORDS[attention];
  return (
    <div className="above">
      <Notice tone={attention === 'cloned' ? 'bad' : 'watch'}>
        <div className="stack">
          <p>
            <strong>{sentence}</strong> Since <RelativeTime atMs={device.identity?.sinceMs ?? null} />. {advice}
          </p>
          <div className="actions">
            {may ? <ConfirmButton words={act} onConfirm={() => resolve.mutate()} /> : null}
            {onReclaim ? (
              <button type="button" onClick={onReclaim}>
                Give it a new identity…
              </button>
            ) : null}
            {may || onReclaim ? null : <span className="quiet">An operator decides.</span>}
          </div>
          <ErrorNotice error={resolve.error} />
        </div>
      </Notice>
    </div>
  );
}
