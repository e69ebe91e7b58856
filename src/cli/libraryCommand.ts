/** What `gilscope library` takes. Used by index.ts; library.ts is loaded when it is asked for. */
import { Command } from 'commander';

const library = () => import('./library.ts');
const ID = 'its id (the first characters will do), its path, or its name';

/** @param collect of an option that may be given several times */
export function libraryCommand(collect: (text: string, before?: string[]) => string[]): Command {
  const root = new Command('library').description('what was recorded: find, name, tag, delete and bring back');
  root
    .command('list', { isDefault: true })
    .description('all of them, or those in which all of the words are found: newest first')
    .argument('[words...]', 'of name, note, tags, command, verdict, version or path')
    .option('--tag <tag>', 'only with this tag; may be given several times', collect)
    .option('--json', 'as JSON')
    .action(async (words: string[], options: { json?: boolean; tag?: string[] }) =>
      (await library()).list(words, options),
    );
  root
    .command('show')
    .description('what is known of one')
    .argument('<recording>', ID)
    .option('--json', 'as JSON')
    .action(async (one: string, options: { json?: boolean }) => (await library()).show(one, options));
  root
    .command('name')
    .description('call it so; an empty name takes it away')
    .argument('<recording>', ID)
    .argument('<name>', 'its name')
    .action(async (one: string, text: string) => (await library()).name(one, text));
  root
    .command('note')
    .description('note that of it; an empty one takes it away')
    .argument('<recording>', ID)
    .argument('<text>', 'the note')
    .action(async (one: string, text: string) => (await library()).note(one, text));
  root
    .command('tag')
    .description('give it tags, or take them away')
    .argument('<recording>', ID)
    .argument('<tags...>', 'one or more')
    .option('--remove', 'take them away')
    .action(async (one: string, tags: string[], options: { remove?: boolean }) =>
      (await library()).tag(one, tags, options),
    );
  root
    .command('delete')
    .description('delete them, with their files; for a day they can be brought back')
    .argument('<recordings...>', ID)
    .action(async (all: string[]) => (await library()).remove(all));
  root
    .command('deleted')
    .description('those that can be brought back')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => (await library()).deleted(options));
  root
    .command('restore')
    .description('bring one back')
    .argument('<recording>', 'its id, or where it was')
    .action(async (one: string) => (await library()).restore(one));
  root
    .command('folder')
    .description('where new recordings go; with a path: from now on there')
    .argument('[path]', 'a folder')
    .option('--default', "gilscope's own again")
    .action(async (path: string | undefined, options: { default?: boolean }) =>
      (await library()).folder(path, options),
    );
  for (const command of root.commands) command.exitOverride().configureOutput({ writeErr: () => undefined });
  return root;
}
