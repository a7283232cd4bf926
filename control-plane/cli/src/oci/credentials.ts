import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { jsonOf } from '../json-of.ts';

/** `user:password` for a registry, as `docker login` and `podman login --compat-auth-file` store them; null when there are none. */
const dockerConfig = z.object({ auths: z.record(z.string(), z.object({ auth: z.string().optional() })).optional() });

export async function readCredentials(
  host: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  const folder = env.DOCKER_CONFIG ?? join(env.HOME ?? '/', '.docker');
  const text = await readFile(join(folder, 'config.json'), 'utf8').catch(() => '{}');
  const parsed = dockerConfig.safeParse(jsonOf(text));
  const auth = parsed.success ? parsed.data.auths?.[host]?.auth : undefined;
  return auth ? Buffer.from(auth, 'base64').toString() : null;
}
