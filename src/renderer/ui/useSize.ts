/** The size of an element in CSS pixels, as it changes. Charts and splitters are given sizes instead of guessing. */
import { useEffect, useState, type RefCallback } from 'react';

export interface Size {
  width: number;
  height: number;
}

export function useSize(): [RefCallback<HTMLElement>, Size | null] {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [size, setSize] = useState<Size | null>(null);
  useEffect(() => {
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      setSize({ width: Math.floor(width), height: Math.floor(height) });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return [setElement, size];
}
