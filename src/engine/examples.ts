/** The examples that came with gilscope, from examples/examples.json. Used by contract.ts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Example } from '../shared/contract/types.ts';
import { readJson } from './jsonFile.ts';
import { EXAMPLES_FOLDER } from './paths.ts';

const schema = z.array(
  z.object({
    id: z.string(),
    title: z.string(),
    text: z.string(),
    /** Relative to the folder of the list. */
    path: z.string(),
    args: z.array(z.string()).default([]),
  }),
);

export function listExamples(folder = EXAMPLES_FOLDER): Example[] {
  const parsed = schema.safeParse(readJson(join(folder, 'examples.json')));
  if (!parsed.success) return [];
  return parsed.data
    .map((example) => ({ ...example, path: join(folder, example.path) }))
    .filter(({ path }) => existsSync(path));
}
