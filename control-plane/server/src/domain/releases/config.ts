import { type Outcome, type Problem, type Release, succeed } from '@wherry/protocol';

/** Checks the values of a rollout against the fields that the release declares. Code: invalid_body. */
export function checkConfig(release: Release, config: Readonly<Record<string, string>>): Outcome<void> {
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(config)) {
    const field = Object.hasOwn(release.config, key) ? release.config[key] : undefined;
    const path = `/config/${key}`;
    if (!field) problems.push({ code: 'invalid_body', path, message: unknownKey(release, key) });
    else if (!isOfType(value, field.type))
      problems.push({
        code: 'invalid_body',
        path,
        message: `${key} must be a ${field.type}; this is ${JSON.stringify(value)}`,
      });
  }
  for (const [key, field] of Object.entries(release.config))
    if (field.default === undefined && config[key] === undefined)
      problems.push({ code: 'invalid_body', path: `/config/${key}`, message: `${key} has no default; give its value` });
  return problems.length > 0 ? { ok: false, problems } : succeed(undefined);
}

function isOfType(value: string, type: 'string' | 'number' | 'boolean'): boolean {
  if (type === 'number') return value.trim() !== '' && Number.isFinite(Number(value));
  return type === 'string' || value === 'true' || value === 'false';
}

function unknownKey(release: Release, key: string): string {
  const known = Object.keys(release.config).join(', ') || 'none';
  return `${release.app} ${release.version} has no config key ${key}; it has: ${known}`;
}
