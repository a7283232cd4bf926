import { Notice } from '../parts/Notice.tsx';
import { counted } from '../words/units.ts';

interface ChangedKeysNoticeProps {
  readonly devices: readonly string[];
  readonly isDisabled: boolean;
  readonly onAccept: () => void;
}
const NAMED = 20;

/** Nothing was sealed yet: a key that has changed may be that of a thief. */
export function ChangedKeysNotice({ devices, isDisabled, onAccept }: ChangedKeysNoticeProps) {
  const rest = devices.length - NAMED;
  return (
    <Notice tone="bad">
      <div className="stack">
        <p>
          {counted(devices.length, 'device')} {devices.length === 1 ? 'has' : 'have'} another key than when this browser
          saw {devices.length === 1 ? 'it' : 'them'} first: <strong>{devices.slice(0, NAMED).join(', ')}</strong>
          {rest > 0 ? ` and ${rest} more` : ''}. That is so after a device was set up anew. Otherwise somebody wants to
          read its secrets: nothing was sealed.
        </p>
        <div className="actions">
          <button type="button" className="danger" disabled={isDisabled} onClick={onAccept}>
            {devices.length === 1 ? 'It was set up anew' : 'They were set up anew'}: take the new{' '}
            {devices.length === 1 ? 'key' : 'keys'}
          </button>
        </div>
      </div>
    </Notice>
  );
}
