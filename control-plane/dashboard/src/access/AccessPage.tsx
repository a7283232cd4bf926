import { listClaimTokens, listOperatorTokens } from '@wherry/protocol';
import { Link } from 'react-router';
import { useMay } from '../api/session.ts';
import { PAGES } from '../pages.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { ClaimTokens } from './ClaimTokens.tsx';
import { OperatorTokens } from './OperatorTokens.tsx';

export function AccessPage() {
  const mayClaims = useMay(listClaimTokens);
  const mayTokens = useMay(listOperatorTokens);
  return (
    <>
      <PageHead title="Access" sub="tokens with which devices join and programs sign in" />
      {mayClaims || mayTokens ? null : (
        <p>
          Your role does not show tokens; ask an admin. Who signs releases is under <Link to={PAGES.trust}>Trust</Link>.
        </p>
      )}
      <div className="panels">
        {mayClaims ? <ClaimTokens /> : null}
        {mayTokens ? <OperatorTokens /> : null}
      </div>
    </>
  );
}
