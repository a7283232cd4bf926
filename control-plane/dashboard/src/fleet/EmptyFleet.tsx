import { Link } from 'react-router';
import { PAGES } from '../pages.ts';

interface EmptyFleetProps {
  readonly isFiltered: boolean;
  /** Null for those who may not add devices. */
  readonly onClaim: (() => void) | null;
}

export function EmptyFleet({ isFiltered, onClaim }: EmptyFleetProps) {
  if (isFiltered)
    return (
      <div className="empty">
        <h2>No device matches</h2>
        <p>Change the selector, or show all devices.</p>
      </div>
    );
  return (
    <div className="empty">
      <h2>No devices yet</h2>
      <p>
        A device joins with a claim token: make one here, then run the command that comes with it on the device. It
        shows up on this page by itself.
      </p>
      {onClaim ? (
        <button type="button" className="primary" onClick={onClaim}>
          Add a device
        </button>
      ) : (
        <p className="quiet">Your role does not allow making claim tokens; ask an operator.</p>
      )}
      <h3>And then</h3>
      <ol className="first-steps">
        <li>
          Make the keys that sign releases with <code>wherry trust init --app APP</code>; whom they let publish shows up
          under <Link to={PAGES.trust}>Trust</Link>.
        </li>
        <li>
          Publish a program with <code>wherry init</code> and <code>wherry publish</code>; it shows up under{' '}
          <Link to={PAGES.releases}>Releases</Link>.
        </li>
        <li>
          Move devices to it, wave by wave, under <Link to={PAGES.rollouts}>Rollouts</Link>.
        </li>
      </ol>
    </div>
  );
}
