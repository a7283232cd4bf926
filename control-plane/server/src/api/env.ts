import type { SignedIn } from '../app/authenticate-operator.ts';
import type { AppContext } from '../app/context.ts';
import type { Caller } from '../app/use-cases.ts';
import type { Identity } from '../broker/identity.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { OidcProvider } from '../oidc/provider.ts';
import type { LoginThrottle } from './auth/login-throttle.ts';

/** What the routes know of a request after the middleware has run. */
export interface ApiEnv {
  Variables: {
    requestId: string;
    /** Set by the operator's middleware. */
    caller: Caller;
    signedIn: SignedIn;
    /** The token or session as it was sent. */
    callerToken: string;
    /** Set by the device's middleware. */
    identity: Identity;
  };
}

/** What the sub-apps are made of: once, in main.ts. */
export interface ApiDeps {
  readonly context: AppContext;
  readonly metrics: Metrics;
  readonly throttle: LoginThrottle;
  /** The provider through which people sign in; null where there is none. */
  readonly oidc: OidcProvider | null;
  readonly isBrokerListening: () => boolean;
  /** Where devices find MQTT, as they came for their identity: over TLS or plainly. Known when the broker listens. */
  readonly mqttUrl: (isSecured: boolean) => string | null;
  /** Folder with the built dashboard; it may be absent. */
  readonly dashboardDir: string;
  /** True behind a reverse proxy of the operator's own: the last address in X-Forwarded-For is the client. */
  readonly isProxyTrusted: boolean;
  /** Whom to tell of a hole in this installation, as URIs. */
  readonly securityContacts?: readonly string[];
}
