import { doubleReport, loseReleases, loseReports, lowerGeneration } from './device-disk.ts';

/** Promises broken on purpose, on the disk of a device that was just killed: what its check must notice. */
export const BREAKAGES = ['left_worse', 'lost_reports', 'doubled', 'regressed'] as const;
export type Breakage = (typeof BREAKAGES)[number];

/** Answers whether there was anything to break. */
export function breakPromise(rule: Breakage, folder: string): boolean {
  switch (rule) {
    case 'left_worse':
      loseReleases(folder);
      return true;
    case 'lost_reports':
      return loseReports(folder) > 0;
    case 'doubled':
      return doubleReport(folder);
    case 'regressed':
      return lowerGeneration(folder);
  }
}
