import type { HandedOutSecret } from '@wherry/protocol';
import { Notice } from '../parts/Notice.tsx';
import { counted } from '../words/units.ts';

const NAMED = 5;

export function HandedOutNotice({ handed: { secret, sealed, waiting } }: { readonly handed: HandedOutSecret }) {
  const { app, name, version } = secret;
  return (
    <Notice tone={waiting.length > 0 ? 'watch' : 'good'}>
      {app} {name} version {version}: sealed to {counted(sealed.length, 'device')}.
      {waiting.length > 0
        ? ` ${counted(waiting.length, 'device')} said no key yet (${waiting.slice(0, NAMED).join(', ')}${waiting.length > NAMED ? ', …' : ''}): hand it on later.`
        : ''}
    </Notice>
  );
}
