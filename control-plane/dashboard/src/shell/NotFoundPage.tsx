import { Link } from 'react-router';
import { PAGES } from '../pages.ts';
import { PageHead } from '../parts/PageHead.tsx';

export function NotFoundPage() {
  return (
    <>
      <PageHead title="No such page" />
      <p>
        Nothing lives at this address. <Link to={PAGES.fleet()}>Go to the fleet</Link>.
      </p>
    </>
  );
}
