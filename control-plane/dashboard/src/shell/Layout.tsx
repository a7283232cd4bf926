import { listUsers } from '@wherry/protocol';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, NavLink, useLocation } from 'react-router';
import { useMay, useSession, useSignOut } from '../api/session.ts';
import { PAGES } from '../pages.ts';
import { LiveBadge } from './LiveBadge.tsx';

const LINKS = [
  ['Fleet', PAGES.fleet()],
  ['Releases', PAGES.releases],
  ['Rollouts', PAGES.rollouts],
  ['Top', PAGES.top],
  ['Audit', PAGES.audit],
  ['Access', PAGES.access],
] as const;
const USERS = ['Users', PAGES.users] as const;

export function Layout({ children }: { readonly children: ReactNode }) {
  const session = useSession();
  const signOut = useSignOut();
  const mayUsers = useMay(listUsers);
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shownPath = useRef(pathname);
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
        <nav className="main-nav" aria-label="Main">
          {(mayUsers ? [...LINKS, USERS] : LINKS).map(([label, to]) => (
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
