import type {
  Reporter,
  SerializedError,
  TestCase,
  TestModule,
  TestRunEndReason,
  TestSuite,
} from "vitest/node";

/** Ends a run with `N passed, N failed`, after naming every test that was skipped. In CI a skipped test is a failed one. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly SerializedError[],
    _reason: TestRunEndReason,
  ): void {
    const count = { passed: 0, failed: unhandled.length };
    const skipped: string[] = [];
    for (const module of modules) {
      // Hooks and files that failed have no test of their own to count.
      const suites = [module, ...module.children.allSuites()];
      count.failed += suites.filter((suite) => suite.errors().length > 0).length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") count.passed += 1;
        else if (state === "failed") count.failed += 1;
        else if (!isBelowFailure(test)) skipped.push(`${module.relativeModuleId} > ${test.fullName}`);
      }
    }
    for (const name of skipped) console.log(`skipped: ${name}`);
    if (process.env.CI && skipped.length > 0) {
      console.log("In CI nothing may be skipped: install what the tests above need.");
      count.failed += skipped.length;
      process.exitCode = 1;
    }
    console.log(
      `${count.passed} passed, ${count.failed} failed${skipped.length > 0 && !process.env.CI ? `, ${skipped.length} skipped` : ""}`,
    );
  }
}

/** Tests that never ran because their hooks failed are counted with that failure. */
function isBelowFailure(test: TestCase): boolean {
  for (let parent: TestSuite | TestModule = test.parent; ; parent = parent.parent) {
    if (parent.errors().length > 0) return true;
    if (parent.type === "module") return false;
  }
}
