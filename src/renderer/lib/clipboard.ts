/** Copies text; also where the asynchronous clipboard is denied (Electron's permissions are). */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** The old way, by a selection; all that is left when the new one is denied. */
function copyBySelection(text: string): boolean {
  const old: { execCommand: (command: 'copy') => boolean } = document;
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  const before = document.activeElement;
  document.body.append(area);
  area.select();
  const copied = old.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return copied;
}
