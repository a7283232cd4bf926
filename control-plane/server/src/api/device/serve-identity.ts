import { renewRequest } from '@wherry/protocol';
import type { Context } from 'hono';
import { renewCertificate } from '../../app/identity/renew-certificate.ts';
import { NO_CERTIFICATE } from '../auth/require-device.ts';
import { shownCertificate, tlsSocketOf } from '../auth/shown-certificate.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { problemsOf } from '../operations/issues.ts';
import { problemAnswer } from '../problem.ts';

/** The next certificate, asked for with the one that is to be renewed: also when that one has just expired. */
export async function serveRenewal(c: Context<ApiEnv>, { context }: ApiDeps): Promise<Response> {
  const socket = tlsSocketOf(c);
  const shown = socket === null ? null : shownCertificate(socket, context);
  if (shown === null) return problemAnswer(c, [NO_CERTIFICATE]);
  const request = renewRequest.safeParse(await c.req.json().catch(() => undefined));
  if (!request.success) return problemAnswer(c, problemsOf('json', request.error.issues));
  const renewed = await renewCertificate(context, shown, request.data);
  return renewed.ok ? c.json({ certificate: renewed.value }, 201) : problemAnswer(c, renewed.problems);
}

/** Which authorities are to be believed. No secret: whoever fetches them compares a fingerprint with the one that he was told, or believes a signature. */
export function serveAuthority(c: Context<ApiEnv>, { context }: ApiDeps): Response | Promise<Response> {
  const { authority } = context;
  if (!authority) return c.notFound();
  return c.body(authority.bundlePem, 200, { 'content-type': 'application/x-pem-file' });
}
