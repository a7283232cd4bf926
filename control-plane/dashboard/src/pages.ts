/** The URL of every page, built here and nowhere else. */
export const PAGES = {
  fleet: (selector?: string) => (selector ? `/?${new URLSearchParams({ selector })}` : '/'),
  device: (device: string) => `/devices/${encodeURIComponent(device)}`,
  releases: '/releases',
  release: (app: string, version: string) => `/releases/${encodeURIComponent(app)}/${encodeURIComponent(version)}`,
  rollouts: '/rollouts',
  rollout: (id: string) => `/rollouts/${encodeURIComponent(id)}`,
  newRollout: (release?: { readonly app: string; readonly version: string }) =>
    release ? `/rollouts/new?${new URLSearchParams({ app: release.app, version: release.version })}` : '/rollouts/new',
  top: '/top',
  audit: '/audit',
  secrets: '/secrets',
  secret: (app: string, name: string) => `/secrets/${encodeURIComponent(app)}/${encodeURIComponent(name)}`,
  trust: '/trust',
  authority: '/authority',
  access: '/access',
  settings: '/settings',
  users: '/users',
  account: '/account',
} as const;
