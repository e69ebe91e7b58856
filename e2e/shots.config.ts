/** `npm run shots`: the pictures of the README and the docs, from a real recording. Not part of the tests. */
import base from './playwright.config.ts';

export default {
  ...base,
  timeout: 120_000,
  projects: [{ name: 'shots', testMatch: 'shots/*.shots.ts' }],
};
