/**
 * What Electron's preload puts on `window.gilscope`, and nothing else: the packets of `messages.ts`, in and out, and what
 * the shell asks of the window. Absent in the local server's window, which speaks the same packets over a WebSocket.
 * Implemented by src/preload and src/main/ipc.ts, used by the renderer's transport.
 */

/** Asked by the shell: a menu entry, a file opened from the desktop or by a second `gilscope FILE`. */
export type ShellCommand = { kind: 'open-files'; paths: string[] } | { kind: 'open' } | { kind: 'save-as' };

export interface GilscopeBridge {
  /** One request packet in, its response packet out. Rejects only when the shell refuses the sender or the packet. */
  send(packet: Uint8Array): Promise<Uint8Array>;
  /** Push packets, copied. Returns the way to unsubscribe. */
  onPush(listener: (packet: Uint8Array) => void): () => void;
  onCommand(listener: (command: ShellCommand) => void): () => void;
}

/** Names of the IPC channels between preload and main; nothing else names one. */
export const CHANNEL = { request: 'gilscope:request', push: 'gilscope:push', command: 'gilscope:command' } as const;
