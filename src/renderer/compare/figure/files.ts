/** A figure as a file: SVG as it is, PNG through a canvas; saved by the browser, or put on the clipboard. The same in both shells. */
import { plain } from '../../../shared/figure/text.ts';

const PNG_SCALE = 2;
/** Canvases end here. */
const MOST_PX = 16_000;

export const svgBlob = (svg: string): Blob => new Blob([svg], { type: 'image/svg+xml' });

/** Twice as fine as it is large. */
export async function pngOf(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(svgBlob(svg));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.min(PNG_SCALE, MOST_PX / image.naturalHeight);
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise<Blob>((found, failed) =>
      canvas.toBlob((blob) => {
        if (blob === null) failed(new Error('The picture is too large to be made a PNG. Export it as SVG.'));
        else found(blob);
      }, 'image/png'),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Long enough for the browser to have read it. */
const KEPT_MS = 60_000;

export function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = plain(name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}

/** The picture is given as a promise, for the clipboard must be asked while the press of the button still counts. */
export async function copyPicture(png: Promise<Blob>): Promise<void> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
  } catch {
    await png;
    throw new Error('The browser did not allow copying the picture to the clipboard. Export it as PNG.');
  }
}
