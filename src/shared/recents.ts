/** What a recording is called, and which are found by some words: in the window and by `gilscope library`. Pure. */
import type { Recent } from './contract/types.ts';

/** As the user calls it, else by its command. */
export const nameOf = (recent: Pick<Recent, 'name' | 'title'>): string => recent.name ?? recent.title;

/** Every word must be found somewhere: name, note, tags, command, verdict, Python version, path. */
export function searchRecents(recents: readonly Recent[], query: string): Recent[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return recents.filter((recent) => {
    const { name, note, tags, title, command, verdict, python, engine, path } = recent;
    const parts = [name, note, ...tags, title, command.join(' '), verdict, python, engine, path];
    const text = parts.join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
