/** What carries packets between this window and the engine: a WebSocket (websocket.ts) or Electron's bridge (electron.ts). */

/**
 * `connecting`: first attempt under way · `open` · `lost`: it was there, or never came; tried again by itself ·
 * `denied`: the server answers but refuses this page's key; trying again is no use.
 */
export type PipeStatus = 'connecting' | 'open' | 'lost' | 'denied';

export interface PipeEvents {
  onPacket: (packet: Uint8Array) => void;
  onStatus: (status: PipeStatus) => void;
}

export interface Pipe {
  /** `refused` is called when the packet did not get through; what the engine answers comes as a packet. */
  send: (packet: Uint8Array<ArrayBuffer>, refused: () => void) => void;
  /** Tries at once instead of at the next back-off. */
  retryNow: () => void;
  close: () => void;
}
