import { lazy, Suspense } from 'react';
import { Route, Routes, useLocation } from 'react-router';
import { LiveProvider } from '../api/LiveProvider.tsx';
import { SessionContext, useSessionQuery } from '../api/session.ts';
import { FleetPage } from '../fleet/FleetPage.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { SignInPage } from '../sign-in/SignInPage.tsx';
import { CrashBoundary } from './CrashBoundary.tsx';
import { Layout } from './Layout.tsx';
import { NotFoundPage } from './NotFoundPage.tsx';

const DevicePage = lazy(async () => ({ default: (await import('../device/DevicePage.tsx')).DevicePage }));
const ReleasesPage = lazy(async () => ({ default: (await import('../releases/ReleasesPage.tsx')).ReleasesPage }));
const ReleasePage = lazy(async () => ({ default: (await import('../releases/ReleasePage.tsx')).ReleasePage }));
const RolloutsPage = lazy(async () => ({ default: (await import('../rollouts/RolloutsPage.tsx')).RolloutsPage }));
const NewRolloutPage = lazy(async () => ({ default: (await import('../rollouts/NewRolloutPage.tsx')).NewRolloutPage }));
const RolloutPage = lazy(async () => ({ default: (await import('../rollouts/RolloutPage.tsx')).RolloutPage }));
const TopPage = lazy(async () => ({ default: (await import('../top/TopPage.tsx')).TopPage }));
const AuditPage = lazy(async () => ({ default: (await import('../audit/AuditPage.tsx')).AuditPage }));
const SecretsPage = lazy(async () => ({ default: (await import('../secrets/SecretsPage.tsx')).SecretsPage }));
const SecretPage = lazy(async () => ({ default: (await import('../secrets/SecretPage.tsx')).SecretPage }));
const TrustPage = lazy(async () => ({ default: (await import('../trust/TrustPage.tsx')).TrustPage }));
const AuthorityPage = lazy(async () => ({ default: (await import('../authority/AuthorityPage.tsx')).AuthorityPage }));
const SettingsPage = lazy(async () => ({ default: (await import('../settings/SettingsPage.tsx')).SettingsPage }));
const AccessPage = lazy(async () => ({ default: (await import('../access/AccessPage.tsx')).AccessPage }));
const UsersPage = lazy(async () => ({ default: (await import('../users/UsersPage.tsx')).UsersPage }));
const AccountPage = lazy(async () => ({ default: (await import('../users/AccountPage.tsx')).AccountPage }));

export function App() {
  const session = useSessionQuery();
  const { pathname } = useLocation();
  if (session.isPending) return <p className="loading">Loading…</p>;
  if (session.data === undefined) return <ErrorNotice error={session.error} />;
  if (session.data === null) return <SignInPage />;
  return (
    <SessionContext value={session.data}>
      <LiveProvider>
        <Layout>
          <CrashBoundary resetKey={pathname}>
            <Suspense fallback={<p className="loading">Loading…</p>}>
              <Routes>
                <Route path="/" element={<FleetPage />} />
                <Route path="/devices/:device" element={<DevicePage />} />
                <Route path="/releases" element={<ReleasesPage />} />
                <Route path="/releases/:app/:version" element={<ReleasePage />} />
                <Route path="/rollouts" element={<RolloutsPage />} />
                <Route path="/rollouts/new" element={<NewRolloutPage />} />
                <Route path="/rollouts/:id" element={<RolloutPage />} />
                <Route path="/top" element={<TopPage />} />
                <Route path="/audit" element={<AuditPage />} />
                <Route path="/secrets" element={<SecretsPage />} />
                <Route path="/secrets/:app/:name" element={<SecretPage />} />
                <Route path="/trust" element={<TrustPage />} />
                <Route path="/authority" element={<AuthorityPage />} />
                <Route path="/settings" element={<SettingsPage />} />
                <Route path="/access" element={<AccessPage />} />
                <Route path="/users" element={<UsersPage />} />
                <Route path="/account" element={<AccountPage />} />
                <Route path="*" element={<NotFoundPage />} />
              </Routes>
            </Suspense>
          </CrashBoundary>
        </Layout>
      </LiveProvider>
    </SessionContext>
  );
}
