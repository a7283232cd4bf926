import { useQuery } from '@tanstack/react-query';
import { type DeviceId, explainMember, type Rollout } from '@wherry/protocol';
import { Link } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { PAGES } from '../pages.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Reasons } from './Reasons.tsx';

interface MemberDialogProps {
  readonly rollout: Rollout['id'];
  readonly device: DeviceId;
  readonly onClose: () => void;
}

/** Why one device stands where it stands in the rollout. */
export function MemberDialog({ rollout, device, onClose }: MemberDialogProps) {
  const explanation = useQuery({
    queryKey: [...KEYS.explanation(rollout), device],
    queryFn: () => api.call(explainMember, { params: { id: rollout, device } }),
  });
  return (
    <Dialog title={device} onClose={onClose}>
      <div className="stack">
        <Loaded query={explanation}>{(known) => <Reasons {...known} />}</Loaded>
        <Link to={PAGES.device(device)}>The device itself</Link>
      </div>
    </Dialog>
  );
}
