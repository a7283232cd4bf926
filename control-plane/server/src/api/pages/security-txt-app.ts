import { Hono } from 'hono';
import type { ApiDeps, ApiEnv } from '../env.ts';

const EXPIRES_AFTER_MS = 90 * 86_400_000;

/** RFC 9116: whom to tell of a hole in this installation; nothing where its operators named nobody. */
export function securityTxtApp({ context, securityContacts = [] }: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get('/.well-known/security.txt', (c) => {
    if (securityContacts.length === 0) return c.notFound();
    const expires = new Date(context.clock.nowMs() + EXPIRES_AFTER_MS).toISOString();
    const lines = [...securityContacts.map((contact) => `Contact: ${contact}`), `Expires: ${expires}`];
    return c.text(`${lines.join('\n')}\n`);
  });
  return app;
}
