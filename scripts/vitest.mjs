import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, tool } from './prepare.mjs';

/** Where `npm test` keeps what the tests sent, and `npm run test:vectors` finds it. */
export const recordings = join(root, '.causeway', 'recorded');

/** Runs vitest and prints `N passed, N failed` from its report. Returns the exit code; no test at all is a failure. */
export function runTests(args, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-report-'));
  try {
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const status = tool('vitest/vitest.mjs', ['run', ...reporters, ...args], { env });
    if (!existsSync(report)) {
      console.error(`vitest wrote no report and ended with ${status}; its own words are above.`);
      return 1;
    }
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults, success } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    // A file that fails to load has no failed test in it, and still is a failure.
    const broken = testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.every((t) => t.status !== 'failed'),
    );
    const failed = numFailedTests + broken.length;
    const skipped = numPendingTests + numTodoTests;
    console.log(`${numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
    return status !== 0 || !success || failed > 0 || numPassedTests === 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
