import { readIfThere } from '../store/files.ts';

/** The class of device that this machine is, when nobody says: a name of a folder of firmware-targets/. */
export function detectTarget(
  arch: string = process.arch,
  model: string = readIfThere('/proc/device-tree/model') ?? '',
): string {
  if (arch === 'arm64') return model.startsWith('Raspberry Pi') ? 'raspberry-pi-64' : 'generic-arm64';
  if (arch === 'x64') return 'generic-x64';
  return `generic-${arch}`;
}
