import {
  getAuthority,
  getPublishPolicy,
  getTenantSettings,
  getTrust,
  listAudit,
  listClaimTokens,
  listDevices,
  listOperatorTokens,
  listReleases,
  listRollouts,
  listSecrets,
  listUsers,
  type Operation,
  topUsage,
} from '@wherry/protocol';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, NavLink, useLocation } from 'react-router';
import { mayHere } from '../api/may-here.ts';
import { useSession, useSignOut } from '../api/session.ts';
import { PAGES } from '../pages.ts';
import { LiveBadge } from './LiveBadge.tsx';

/** A page that would show nothing to somebody has no link. */
const LINKS: readonly (readonly [words: string, to: string, needs: readonly Operation[]])[] = [
  ['Fleet', PAGES.fleet(), [listDevices]],
  ['Releases', PAGES.releases, [listReleases]],
  ['Rollouts', PAGES.rollouts, [listRollouts]],
  ['Secrets', PAGES.secrets, [listSecrets]],
  ['Top', PAGES.top, [topUsage]],
  ['Audit', PAGES.audit, [listAudit]],
  ['Trust', PAGES.trust, [getTrust]],
  ['Authority', PAGES.authority, [getAuthority]],
  ['Access', PAGES.access, [listClaimTokens, listOperatorTokens]],
  ['Users', PAGES.users, [listUsers]],
  ['Settings', PAGES.settings, [getTenantSettings, getPublishPolicy]],
];

export function Layout({ children }: { readonly children: ReactNode }) {
  const session = useSession();
  const signOut = useSignOut();
  const links = LINKS.filter(([, , needs]) => needs.some((operation) => mayHere(session, operation)));
  const main = useRef<HTMLElement>(null);
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shownPath = useRef(pathname);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is what moves the links
  useEffect(() => {
    // On a narrow screen the links are a row that scrolls: the one of this page is in sight.
    nav.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [pathname]);
  useEffect(() => {
    if (shownPath.current === pathname) return;
    shownPath.current = pathname;
    // A new page begins at its top, for the eye and for the keyboard.
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [pathname]);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="top-bar">
        <Link className="brand" to={PAGES.fleet()}>
          <img src="/wherry.svg" alt="" width="22" height="22" />
          Wherry
        </Link>
        <nav ref={nav} className="main-nav" aria-label="Main">
          {links.map(([label, to]) => (
            <NavLink key={to} to={to} end={to === '/'}>
              {label}
            </NavLink>
          ))}
        </nav>
        <div className="top-right">
          <LiveBadge />
          <Link className="who" to={PAGES.account} title={`tenant ${session.tenant}, role ${session.role}`}>
            {session.operator} <span className="quiet">{session.role}</span>
          </Link>
          <button type="button" className="plain" onClick={() => void signOut()}>
            Sign out
          </button>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
    </>
  );
}
