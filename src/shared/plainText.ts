/** Text of a program nobody vouches for, shown as it is and nothing else. Used by src/cli for all it prints, by src/renderer for what programs said. */

/** Control characters, and those that reorder text, as visible escapes. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (c) => {
    const code = c.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
