import { type Device, sendCommand } from '@wherry/protocol';
import { useMay } from '../api/session.ts';
import { useCommand } from './use-command.ts';
import { WorkloadCard } from './WorkloadCard.tsx';

export function WorkloadList({ device }: { readonly device: Device }) {
  const command = useCommand(device.device);
  const may = useMay(sendCommand);
  if (device.workloads.length === 0)
    return <p className="quiet">Nothing runs here yet. Start a rollout whose selector matches this device.</p>;
  return (
    <>
      <ul className="workloads">
        {device.workloads.map((workload) => (
          <li key={workload.app}>
            <WorkloadCard
              workload={workload}
              onCommand={may ? (kind) => command.send({ kind, app: workload.app }) : null}
              canSend={device.online && !command.isWaiting}
            />
          </li>
        ))}
      </ul>
      <p className="command-result" role="status">
        {command.sentence}
      </p>
    </>
  );
}
