/** Shapes that arguments of several calls share. Used by calls.ts and its parts. */
import { z } from 'zod';
import { MOST_LOOKS_HZ } from '../looks.ts';
import { isWatch, parseWatch } from '../watchExpression.ts';

export const id = z.string().min(1).max(64);
export const path = z
  .string()
  .min(1)
  .max(4096)
  .refine((p) => !p.includes('\0'), 'a path cannot contain NUL');
export const text = (max: number) => z.string().max(max);

/** Looks into long holds a second; 0: none. */
export const looksHz = z.number().min(0).max(MOST_LOOKS_HZ);

export const launchSpec = z.object({
  python: path,
  args: z.array(text(65536)).min(1).max(1000),
  cwd: path,
  env: z.record(z.string().min(1).max(1024), text(65536).nullable()),
  engine: z.enum(['auto', 'exact', 'estimated']),
  /** Trace every call from the start. */
  functions: z.boolean().optional(),
  looksHz: looksHz.optional(),
  /** Objects whose reference count is sampled from the start. */
  watches: z
    .array(text(500).refine((watch) => isWatch(parseWatch(watch)), 'is no watch: write module:name'))
    .max(100)
    .optional(),
});

/** What the user says of a recording. It belongs to the list, not to the file. */
export const words = z.object({
  /** Instead of the title; null: none. */
  name: text(200).nullable(),
  note: text(10_000),
  tags: z.array(z.string().trim().min(1).max(60)).max(30),
});
export type Words = z.infer<typeof words>;
