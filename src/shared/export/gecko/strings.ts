/** Texts that all tables of a profile refer to by index; written after them. Used by gecko.ts. */
export class Strings {
  readonly all: string[] = [];
  private readonly known = new Map<string, number>();

  of(text: string): number {
    let index = this.known.get(text);
    if (index === undefined) this.known.set(text, (index = this.all.push(text) - 1));
    return index;
  }
}
