import { appName, version } from '@wherry/protocol';
import { misused } from '../failure.ts';

/** `thermostat@1.4.0`. */
export function parseReleaseName(text: string) {
  const at = text.lastIndexOf('@');
  const app = appName.safeParse(text.slice(0, Math.max(0, at)));
  const number = version.safeParse(text.slice(at + 1));
  if (!app.success || !number.success)
    throw misused(`${JSON.stringify(text)} is not a release: write it as APP@VERSION, for example thermostat@1.4.0`);
  return { app: app.data, version: number.data };
}

export function parseApp(text: string) {
  const app = appName.safeParse(text);
  if (!app.success) throw misused(`${JSON.stringify(text)} is not the name of an app`);
  return app.data;
}
