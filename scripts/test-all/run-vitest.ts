import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { runStep } from './run-step.ts';

/** Runs one project of tests and adds up what its report says. */
export interface Sums {
  passed: number;
  failed: number;
  skipped: number;
  /** Files that failed, and passed when they ran again by themselves: to be looked at, by name. */
  readonly unsteady: string[];
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** More failing files than this are a broken change, not a busy machine. */
const SECOND_LOOKS = 4;

export function runVitest(root: string, reports: string, project: 'unit' | 'real', sums: Sums): boolean {
  const isGood = runOnce(root, `${project} tests`, project, resolve(reports, `${project}.json`), []);
  const report = readReport(resolve(reports, `${project}.json`));
  sums.passed += report.numPassedTests;
  sums.skipped += report.numPendingTests + report.numTodoTests;
  const failed = report.testResults.filter(({ status }) => status === 'failed');
  const failures =
    report.numFailedTests + failed.filter(({ assertionResults }) => assertionResults.length === 0).length;
  if (isGood) return true;
  const files = failed.map(({ name }) => relative(root, name));
  if (project === 'real' && files.length > 0 && files.length <= SECOND_LOOKS && isSteadyAlone(root, reports, files)) {
    sums.unsteady.push(...files);
    sums.passed += report.numFailedTests;
    return true;
  }
  sums.failed += failures;
  return false;
}

/** Real processes on a busy machine: a file that fails runs again alone. Twice failed is failed. */
function isSteadyAlone(root: string, reports: string, files: readonly string[]): boolean {
  return runOnce(root, `second look at ${files.join(' ')}`, 'real', resolve(reports, 'second-look.json'), files);
}

function runOnce(root: string, title: string, project: string, file: string, only: readonly string[]): boolean {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  return runStep(root, title, 'vitest', ['run', '--project', project, ...reporters, ...only]);
}

function readReport(file: string): Report {
  return JSON.parse(readFileSync(file, 'utf8'));
}
