import { describe, expect, it } from 'vitest';
import { decodeMessage, decodeRequest, encodeMessage, encodeRequest, MAX_REQUEST_BYTES } from './messages.ts';
import { encodePacket } from './packet.ts';

describe('messages', () => {
  it('carries a request there', () => {
    const request = { id: 7, name: 'files.list' as const, args: { path: '/tmp' } };
    expect(decodeRequest(encodeRequest(request))).toEqual(request);
  });

  it('carries a push with bytes back', () => {
    const message = { push: 'terminal.data' as const, body: { id: 's1', bytes: new Uint8Array([1, 2, 3]) } };
    expect(decodeMessage(encodeMessage(message))).toEqual(message);
  });

  it('carries a refusal back', () => {
    const message = { id: 3, ok: false as const, error: { message: 'no such file', remedy: null } };
    expect(decodeMessage(encodeMessage(message))).toEqual(message);
  });

  it('lets a call nobody knows through, to be answered so', () => {
    expect(decodeRequest(encodePacket({ id: 1, name: 'rm -rf', args: {} }))).toMatchObject({ id: 1, name: 'rm -rf' });
  });

  it('refuses what is no request, bytes that are no packet, and floods', () => {
    expect(() => decodeRequest(encodePacket({ id: 1, args: {} }))).toThrow();
    expect(() => decodeRequest(new Uint8Array([255, 255, 255, 255, 1]))).toThrow(RangeError);
    expect(() => decodeRequest(new Uint8Array(MAX_REQUEST_BYTES + 1))).toThrow(RangeError);
    expect(() => decodeMessage(encodePacket({ nothing: true }))).toThrow();
  });
});
