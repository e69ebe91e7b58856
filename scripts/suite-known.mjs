// Tests of CPython's own suites that cannot end the same while something records, and why. Used by scripts/suites.mjs; for
// people in docs/suites.md. What is listed here is never said to differ, so each line names its tests as narrowly as it can.
import { EXIT } from './suite-results.mjs';

const PROFILER =
  'a profile function of the program is told of the end of the call that set it, since the estimated engine was told of its begin';

const KNOWN = [
  {
    test: /^test\.test_subprocess\..*\.test_pass_fds_redirected$/,
    modes: ['exact', 'functions'],
    why: 'asks a Python it starts for every open descriptor: one of them, far up, is the connection to gilscope',
  },
  {
    test: /^test\.test_gc\.GCTests\.test_garbage_at_shutdown$/,
    modes: ['exact', 'functions', 'estimated'],
    why: '3.8 loses its very last warning where `threading` was imported before the program, as by a .pth file; 3.9 does not',
    versions: /^3\.8\./,
  },
  {
    test: /^test\.test_monitoring\./,
    modes: ['functions'],
    why: 'asserts that nothing uses sys.monitoring but the test; calls are traced by it',
  },
  {
    test: /^test\.test_threading\.ThreadTests\.test_getprofile_all_threads$/,
    modes: ['estimated'],
    why: 'asserts that no profile function is set; the estimate rests on one',
  },
  {
    test: /^test\.test_threading\.ThreadJoinOnShutdown\.test_clear_threads_states_after_fork$/,
    modes: ['estimated'],
    why: "asserts that a forked child has one thread; the estimated engine's may be the second",
  },
  {
    test: /^test\.test_queue\.\w+\.test_reentrancy$/,
    modes: ['functions', 'estimated'],
    why: 'asserts that no garbage is collected between two calls; under a profile function the interpreter makes an object for each (ceval.c, trace_call_function)',
    versions: /^3\.([89]|1[01])\./,
  },
  {
    test: /^test\.test_gc\.GCTests\.test_(frame|get_count|get_objects_arguments)$/,
    modes: ['estimated'],
    why: "counts objects; the estimated engine's thread makes some",
  },
  {
    test: /^test\.test_profile\.ProfileTest\./,
    modes: ['estimated'],
    why: PROFILER,
  },
  {
    test: /^\(exit\)$/,
    suite: 'test_cprofile',
    modes: ['estimated'],
    why: PROFILER,
  },
];

/**
 * Parts what differences() found in a run of `suite`, `mode` and `version` into `known`, each with `why`, and the `rest`. How the suite exits is
 * known too when everything else is.
 */
export function withoutKnown(found, { mode, version, suite }) {
  const of = ({ id }) =>
    KNOWN.find(
      (one) =>
        one.test.test(id) &&
        one.modes.includes(mode) &&
        (one.versions?.test(version) ?? true) &&
        (one.suite ?? suite) === suite,
    );
  const known = found.filter(of).map((one) => ({ ...one, why: of(one).why }));
  const rest = found.filter((one) => !of(one));
  const onlyExit = known.length > 0 && rest.every(({ id }) => id === EXIT);
  return { known, rest: onlyExit ? [] : rest };
}
