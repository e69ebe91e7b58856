import { describe, expect, it } from 'vitest';
import { filesOfArgv, parseHandover } from './openRequest.ts';

describe('filesOfArgv', () => {
  it('takes what follows --, whatever it looks like', () => {
    const argv = ['/usr/bin/electron', '--no-sandbox', '/app', '--', 'a.gilscope', '/b.gilscope', '--odd.gilscope'];
    const files = ['/home/u/a.gilscope', '/b.gilscope', '/home/u/--odd.gilscope'];
    expect(filesOfArgv(argv, false, '/home/u')).toEqual(files);
    expect(filesOfArgv(['/usr/bin/electron', '/app', 'a.gilscope'], false, '/home/u')).toEqual([]);
  });

  it('takes bare names once packaged, and leaves switches alone', () => {
    const argv = ['/opt/gilscope', '--no-sandbox', 'a', '--', 'b'];
    expect(filesOfArgv(argv, true, '/w')).toEqual(['/w/a', '/w/b']);
  });

  it('drops what cannot be a path', () => {
    expect(filesOfArgv(['e', 'app', '--', '', 'a\0b'], false, '/w')).toEqual([]);
  });
});

describe('parseHandover', () => {
  it('takes absolute paths', () => {
    expect(parseHandover({ files: ['/a.gilscope'] })).toEqual({ files: ['/a.gilscope'] });
  });

  it.each([null, 'x', { files: 'x' }, { files: ['relative'] }, { files: Array<string>(33).fill('/a') }])(
    'opens nothing for %j',
    (data) => {
      expect(parseHandover(data)).toEqual({ files: [] });
    },
  );
});
