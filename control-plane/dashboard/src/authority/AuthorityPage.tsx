import { useQuery } from '@tanstack/react-query';
import { getAuthority, nullIfMissing } from '@wherry/protocol';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { AuthorityPanel } from './AuthorityPanel.tsx';
import { NextStepPanel } from './NextStepPanel.tsx';
import { RollOverPanel } from './RollOverPanel.tsx';

/** Who vouches for the control plane and its devices. It is changed with the command line, never here. */
export function AuthorityPage() {
  const authority = useQuery({
    queryKey: KEYS.authority,
    queryFn: () => nullIfMissing(api.call(getAuthority, {})),
  });
  return (
    <>
      <PageHead title="Authority" sub="vouches for the control plane and its devices: changed with wherry ca" />
      <Loaded query={authority}>
        {(status) =>
          status === null ? (
            <div className="empty">
              <h2>No authority</h2>
              <p>
                This control plane listens without TLS: devices sign in with secrets, and nobody has a certificate. Let
                it listen with <code>--https</code> and <code>--mqtts</code>, and it makes an authority by itself.
              </p>
            </div>
          ) : (
            <div className="panels">
              <AuthorityPanel status={status} />
              <RollOverPanel status={status} />
              <NextStepPanel status={status} />
            </div>
          )
        }
      </Loaded>
    </>
  );
}
